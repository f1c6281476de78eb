/** Sends the files of an import, batch by batch, has the tasks that take them in followed, and begins again what failed. */
import { answer, api } from "../api/client";
import { ApiError, isAborted, Unreachable } from "../api/errors";
import { retryJob } from "../api/jobs";
import { wordsOf } from "../parts/States";
import { strings } from "../strings";
import { follow, runningTasks } from "./following";
import { allFiles, tell } from "./importing";
import { failAll, type ImportFile, nextBatch, stopAll } from "./queue";
import { heldUp, sendBatch } from "./sending";

const words = strings.imports;

let stopping: AbortController | undefined;

async function inHalves(batch: readonly ImportFile[], signal: AbortSignal): Promise<void> {
  const middle = Math.ceil(batch.length / 2);
  await deliver(batch.slice(0, middle), signal);
  await deliver(batch.slice(middle), signal);
}

/** One file that is too large must not take the others of its batch with it: what is refused is sent again in halves. */
async function refused(batch: readonly ImportFile[], error: unknown, signal: AbortSignal, tries: number) {
  if (isAborted(error) || signal.aborted) return stopAll(batch);
  const isAway = error instanceof Unreachable || (error instanceof ApiError && error.isPassing);
  if (isAway) await heldUp(signal);
  if (signal.aborted) return stopAll(batch);
  if (isAway && tries === 0) return deliver(batch, signal, 1);
  if (batch.length > 1) return inHalves(batch, signal);
  return failAll(batch, error instanceof Unreachable ? words.cutOff : wordsOf(error));
}

async function deliver(batch: readonly ImportFile[], signal: AbortSignal, tries = 0): Promise<void> {
  if (signal.aborted) return stopAll(batch);
  try {
    const uuid = await sendBatch(batch, signal);
    follow(uuid, batch);
  } catch (error) {
    await refused(batch, error, signal, tries);
  }
  tell();
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
  for (const uuid of runningTasks()) {
    await answer(api.POST("/api/v1/task/job/{uuid}/cancel", { params: { path: { uuid } } })).catch(() => undefined);
  }
}

/** The server still has the files that it could not take in: only what never reached it is sent again. */
async function retryTask(uuid: string, batch: readonly ImportFile[]): Promise<void> {
  try {
    follow(await retryJob(uuid, true), batch, true);
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
