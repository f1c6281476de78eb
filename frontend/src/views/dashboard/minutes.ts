/** Series by the minute, as lines. */
import type { Minute } from "../../api/types";
import type { Point } from "../../parts/chart/types";

export const SPANS = { hour: 60, sixHours: 360, day: 1440 } as const;
export type Span = keyof typeof SPANS;

const orGap = (value: number | null | undefined) => value ?? null;

/** Nothing was done in a minute: that is a 0, and not a gap. */
export function countsOf(minutes: readonly Minute[]): Point[] {
  return minutes.map(({ at, count }) => ({ x: Date.parse(at), y: count }));
}

/** Without a search there is no time of one: a gap. */
export function timesOf(minutes: readonly Minute[], which: "p50_ms" | "p95_ms"): Point[] {
  return minutes.map((minute) => ({ x: Date.parse(minute.at), y: orGap(minute[which]) }));
}

export function sumOf(minutes: readonly Minute[]): number {
  return minutes.reduce((sum, { count }) => sum + count, 0);
}
