/** Follows the tasks that take files in, and marks what became of each file. */
import { NAMES, queryClient } from "../api/queries";
import type { Job } from "../api/types";
import { wordsOf } from "../parts/States";
import { strings } from "../strings";
import { tell, totals } from "./importing";
import { failAll, type ImportFile, settle, stopAll } from "./queue";
import { ended, failuresOf, knownOf } from "./task";

const words = strings.imports;

const running = new Set<string>();

/** The uuids of the tasks that are not over. */
export function runningTasks(): readonly string[] {
  return [...running];
}

function thereOf({ result }: Job): number {
  return ((result ?? {}) as { already_there?: number }).already_there ?? 0;
}

/** What a second try meets again was counted the first time. */
function sum(end: Job, isAgain: boolean): void {
  totals().added += ((end.result ?? {}) as { added?: number }).added ?? 0;
  if (!isAgain) totals().alreadyThere += thereOf(end);
}

async function followed(uuid: string, batch: readonly ImportFile[], isAgain: boolean): Promise<void> {
  const end = await ended(uuid);
  const failures = end.failed_items > 0 ? await failuresOf(uuid) : [];
  settle(batch, failures, thereOf(end) > 0 ? await knownOf(uuid) : []);
  if (end.status === "cancelled") stopAll(batch);
  if (end.status === "failed") failAll(batch, end.error ?? words.taskFailed);
  sum(end, isAgain);
  void queryClient.invalidateQueries({ queryKey: [NAMES.media] });
}

/** From now on the files are the task's, until it is over. `isAgain`: it takes up what another one could not do. */
export function follow(uuid: string, batch: readonly ImportFile[], isAgain = false): void {
  running.add(uuid);
  for (const one of batch) {
    one.state = "importing";
    one.task = uuid;
  }
  followed(uuid, batch, isAgain)
    .catch((error) => failAll(batch, wordsOf(error)))
    .finally(() => {
      running.delete(uuid);
      tell();
    });
}
