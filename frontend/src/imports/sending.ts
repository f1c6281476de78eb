/** Sends one batch of files, and waits for a server that is away. */
import { reached, reportUnreachable } from "../api/reach";
import { send } from "../api/send";
import { person } from "../state/person";
import { tell, totals } from "./importing";
import { type ImportFile, sending } from "./queue";

function form(batch: readonly ImportFile[]): FormData {
  const made = new FormData();
  made.append("username", person.read());
  made.append("update_index", "true");
  for (const { file, path } of batch) made.append("files", file, path);
  return made;
}

/** Answers the uuid of the task that takes them in. */
export async function sendBatch(batch: readonly ImportFile[], signal: AbortSignal): Promise<string> {
  const before = totals().sentBytes;
  const size = batch.reduce((sum, { file }) => sum + file.size, 0);
  const onProgress = (sent: number) => {
    sending(batch, sent);
    totals().sentBytes = before + Math.min(sent, size);
    tell();
  };
  onProgress(0);
  try {
    const { res } = await send<{ res: { uuid: string } }>("/api/v1/media/", form(batch), { onProgress, signal });
    onProgress(size);
    return res.uuid;
  } catch (error) {
    totals().sentBytes = before;
    throw error;
  }
}

/** A server that closes the line in the middle has refused; one that is away will be back. */
export async function heldUp(signal: AbortSignal): Promise<void> {
  reportUnreachable();
  totals().isHeldUp = true;
  tell();
  await reached(signal);
  totals().isHeldUp = false;
}
