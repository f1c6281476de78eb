/** Deleting uploads. Their bytes are gone from the server then: the way back is to send them again, so the page keeps them a while. */

import type { Upload } from "../../api/types";
import { bytesOf, deleteUploads, sendAgain } from "../../api/uploads";
import { say, sayFailure } from "../../parts/toasts";
import { strings } from "../../strings";

const words = strings.uploads;

/** So many are kept for the way back; of more than these it is asked first. */
export const MOST_KEPT = 20;

interface Kept {
  upload: Upload;
  bytes: Blob;
}

async function restore(kept: readonly Kept[]): Promise<void> {
  try {
    for (const { upload, bytes } of kept) await sendAgain(upload, bytes);
    say(words.back(kept.length), { kind: "good" });
  } catch (error) {
    sayFailure(error);
  }
}

/** What cannot be read any more can be deleted all the same, without a way back. */
async function keep(uploads: readonly Upload[]): Promise<Kept[]> {
  if (uploads.length > MOST_KEPT) return [];
  const found = uploads.map((upload) =>
    bytesOf(upload).then(
      (bytes) => [{ upload, bytes }],
      () => [],
    ),
  );
  return (await Promise.all(found)).flat();
}

/** Deletes, and offers the way back. Answers whether they are deleted. */
export async function discard(uploads: readonly Upload[]): Promise<boolean> {
  if (uploads.length === 0) return false;
  try {
    const kept = await keep(uploads);
    await deleteUploads(uploads.map(({ id }) => id));
    const isAll = kept.length === uploads.length;
    const undo = { label: strings.parts.undo, run: () => void restore(kept) };
    say(words.deleted(uploads.length), isAll ? { action: undo } : {});
    return true;
  } catch (error) {
    sayFailure(error);
    return false;
  }
}
