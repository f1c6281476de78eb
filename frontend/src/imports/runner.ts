/** Sends the files of an import, batch by batch, and follows the tasks that take them in. */
import { answer, api } from "../api/client";
import { ApiError, isAborted, Unreachable } from "../api/errors";
import { NAMES, queryClient } from "../api/queries";
import { reachable, reportUnreachable, watchReach } from "../api/reach";
import { send } from "../api/send";
import type { Job } from "../api/types";
import { wordsOf } from "../parts/States";
import { person } from "../state/person";
import { strings } from "../strings";
import { allFiles, tell, totals } from "./importing";
import { failAll, type ImportFile, nextBatch, sending, settle } from "./queue";
import { ended, failuresOf, knownOf } from "./task";

const words = strings.imports;

let stopping: AbortController | undefined;
const tasks = new Set<string>();

function form(batch: readonly ImportFile[]): FormData {
  const made = new FormData();
  made.append("username", person.read());
  made.append("update_index", "true");
  for (const { file, path } of batch) made.append("files", file, path);
  return made;
}

async function sendBatch(batch: readonly ImportFile[], signal: AbortSignal): Promise<string> {
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

/** Resolves when the server answers. */
function back(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (reachable() || signal.aborted) return resolve();
    const finish = () => {
      if (!reachable() && !signal.aborted) return;
      stop();
      signal.removeEventListener("abort", finish);
      resolve();
    };
    const stop = watchReach(finish);
    signal.addEventListener("abort", finish);
  });
}

/** A server that closes the line in the middle has refused; one that is away will be back. */
async function heldUp(signal: AbortSignal): Promise<void> {
  reportUnreachable();
  totals().isHeldUp = true;
  tell();
  await back(signal);
  totals().isHeldUp = false;
}

async function inHalves(batch: readonly ImportFile[], signal: AbortSignal): Promise<void> {
  const middle = Math.ceil(batch.length / 2);
  await deliver(batch.slice(0, middle), signal);
  await deliver(batch.slice(middle), signal);
}

function left(batch: readonly ImportFile[]): void {
  for (const one of batch) one.state = "stopped";
}

/** One file that is too large must not take the others of its batch with it: what is refused is sent again in halves. */
async function refused(batch: readonly ImportFile[], error: unknown, signal: AbortSignal, tries: number) {
  if (isAborted(error) || signal.aborted) return left(batch);
  const isAway = error instanceof Unreachable || (error instanceof ApiError && error.isPassing);
  if (isAway) await heldUp(signal);
  if (signal.aborted) return left(batch);
  if (isAway && tries === 0) return deliver(batch, signal, 1);
  if (batch.length > 1) return inHalves(batch, signal);
  return failAll(batch, error instanceof Unreachable ? words.cutOff : wordsOf(error));
}

async function deliver(batch: readonly ImportFile[], signal: AbortSignal, tries = 0): Promise<void> {
  if (signal.aborted) return left(batch);
  try {
    const uuid = await sendBatch(batch, signal);
    follow(uuid, batch);
  } catch (error) {
    await refused(batch, error, signal, tries);
  }
  tell();
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
  if (end.status === "cancelled") left(batch);
  if (end.status === "failed") failAll(batch, end.error ?? words.taskFailed);
  sum(end, isAgain);
  void queryClient.invalidateQueries({ queryKey: [NAMES.media] });
}

function follow(uuid: string, batch: readonly ImportFile[], isAgain = false): void {
  tasks.add(uuid);
  for (const one of batch) {
    one.state = "importing";
    one.task = uuid;
  }
  followed(uuid, batch, isAgain)
    .catch((error) => failAll(batch, wordsOf(error)))
    .finally(() => {
      tasks.delete(uuid);
      tell();
    });
}

function warn(event: BeforeUnloadEvent): void {
  event.preventDefault();
}

/** Sends what waits; called again while it does, it changes nothing. */
export function run(): void {
  if (stopping) return;
  stopping = new AbortController();
  const { signal } = stopping;
  window.addEventListener("beforeunload", warn);
  const all = async () => {
    for (let batch = nextBatch(allFiles()); batch.length > 0; batch = nextBatch(allFiles())) {
      await deliver(batch, signal);
    }
  };
  void all().finally(() => {
    stopping = undefined;
    window.removeEventListener("beforeunload", warn);
    tell();
  });
}

/** Sends no more and asks the tasks to stop; what is in the library stays. */
export async function stop(): Promise<void> {
  for (const one of allFiles()) if (one.state === "waiting") one.state = "stopped";
  stopping?.abort();
  tell();
  for (const uuid of tasks) {
    await answer(api.POST("/api/v1/task/job/{uuid}/cancel", { params: { path: { uuid } } })).catch(() => undefined);
  }
}

/** The server still has the files that it could not take in: only what never reached it is sent again. */
async function retryTask(uuid: string, batch: readonly ImportFile[]): Promise<void> {
  const params = { path: { uuid } };
  try {
    const started = await answer(api.POST("/api/v1/task/job/{uuid}/retry", { params, body: { only_failed: true } }));
    follow(started.uuid, batch, true);
  } catch {
    for (const one of batch) {
      one.state = "waiting";
      one.task = undefined;
    }
    run();
  }
  tell();
}

export function retry(): void {
  const again = allFiles().filter(({ state }) => state === "failed" || state === "stopped");
  const byTask = new Map<string, ImportFile[]>();
  for (const one of again) {
    if (one.task !== undefined && one.state === "failed") {
      byTask.set(one.task, [...(byTask.get(one.task) ?? []), one]);
    } else {
      one.state = "waiting";
    }
    if (one.state === "failed") one.state = "importing";
    one.reasons = [];
  }
  for (const [uuid, batch] of byTask) void retryTask(uuid, batch);
  run();
  tell();
}
