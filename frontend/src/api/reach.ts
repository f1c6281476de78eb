/** Whether the server answers. Every request reports here; while none gets through, one small question is asked again and again. */
import { useSyncExternalStore } from "react";

const ASK_AGAIN_MS = 2_000;

let isReachable = true;
let timer: ReturnType<typeof setTimeout> | undefined;
const listeners = new Set<() => void>();

function change(now: boolean): void {
  if (now === isReachable) return;
  isReachable = now;
  for (const listener of listeners) listener();
}

async function askAgain(): Promise<void> {
  timer = undefined;
  const answer = await fetch("/health").catch(() => undefined);
  if (answer?.ok) change(true);
  else reportUnreachable();
}

/** A request found nobody. */
export function reportUnreachable(): void {
  change(false);
  if (timer === undefined) timer = setTimeout(askAgain, ASK_AGAIN_MS);
}

/** A request was answered, whatever the answer. */
export function reportReached(): void {
  change(true);
}

/** Calls back whenever it changes; answers how to stop that. */
export function watchReach(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function reachable(): boolean {
  return isReachable;
}

/** Resolves when the server answers, or when nobody waits for it any more. */
export function reached(signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (isReachable || signal?.aborted) return resolve();
    const finish = () => {
      if (!isReachable && !signal?.aborted) return;
      stop();
      signal?.removeEventListener("abort", finish);
      resolve();
    };
    const stop = watchReach(finish);
    signal?.addEventListener("abort", finish);
  });
}

export function useReachable(): boolean {
  return useSyncExternalStore(watchReach, reachable);
}
