/** Deleting and restoring, with a notice that offers the way back. */
import { markMedia } from "../api/media";
import { strings } from "../strings";
import { say, sayFailure } from "./toasts";

const words = strings.trash;

/** Deletes; nothing is lost, and the notice restores. */
export async function discard(ids: readonly number[]): Promise<boolean> {
  if (ids.length === 0) return false;
  try {
    await markMedia("delete", ids);
    say(words.deleted(ids.length), { action: { label: strings.parts.undo, run: () => void restore(ids) } });
    return true;
  } catch (error) {
    sayFailure(error);
    return false;
  }
}

export async function restore(ids: readonly number[]): Promise<boolean> {
  if (ids.length === 0) return false;
  try {
    await markMedia("restore", ids);
    say(words.restored(ids.length), { kind: "good" });
    return true;
  } catch (error) {
    sayFailure(error);
    return false;
  }
}
