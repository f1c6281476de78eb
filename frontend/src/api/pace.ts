/** How fast a task goes, out of what is heard of it as it goes. */
import type { Progress } from "./types";

export interface Sample {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly current: number;
}

/** What was heard of one part of a task's work, oldest first; a part that counts from the beginning again is another one. */
export type Pace = readonly Sample[];

/** The present rate is that of the last half minute. */
const WINDOW_MS = 30_000;
/** Shorter times tell nothing. */
const SHORTEST_MS = 1_000;
/** Samples are kept this far apart, for ten minutes. */
const APART_MS = 1_000;
const MOST_SAMPLES = 600;

/** With what was just heard. */
export function paced(pace: Pace, { current }: Pick<Progress, "current">, at: number): Pace {
  const last = pace.at(-1);
  if (!last || current < last.current) return [{ at, current }];
  // The last one moves along until it is far enough from the one before it.
  const isNear = at - (pace.at(-2)?.at ?? Number.NEGATIVE_INFINITY) < APART_MS;
  const kept = isNear ? pace.slice(0, -1) : pace;
  return [...kept, { at, current }].slice(-MOST_SAMPLES);
}

function rateBetween(from: Sample | undefined, to: Sample | undefined): number | undefined {
  if (!from || !to || to.at - from.at < SHORTEST_MS) return undefined;
  return ((to.current - from.current) * 1000) / (to.at - from.at);
}

/** Steps a second at present; nothing while that cannot be told. A task that says nothing becomes slower as time goes by. */
export function rateNow(pace: Pace, now: number): number | undefined {
  const first = pace.find(({ at }) => at >= now - WINDOW_MS);
  const last = pace.at(-1);
  return rateBetween(first, last && { at: Math.max(now, last.at), current: last.current });
}

/** Steps a second over time: of each sample the rate since some seconds before it. */
export function ratesOf(pace: Pace, spanMs = 5_000): { x: number; y: number }[] {
  return pace.flatMap((sample, index) => {
    const from = pace.slice(0, index).findLast(({ at }) => sample.at - at >= spanMs) ?? pace[0];
    const rate = rateBetween(from, sample);
    return rate === undefined ? [] : [{ x: sample.at, y: rate }];
  });
}

/** Seconds that are left, by what the server said some time ago. */
export function secondsLeft(progress: Progress | undefined, pace: Pace, now: number): number | undefined {
  const told = progress?.eta_seconds;
  if (told == null) return undefined;
  const since = (now - (pace.at(-1)?.at ?? now)) / 1000;
  return Math.max(0, told - Math.max(0, since));
}
