/** What a recall measurement says: lines for the chart, and the point of the present setting. */
import type { Recall } from "../../api/types";
import type { Mark, Series } from "../../parts/chart/types";

export type RecallPoint = Recall["points"][number];

/** Words for the lines and the marks. */
export interface RecallWords {
  p50: string;
  p95: string;
  present: string;
}

/** Nothing when the index chooses by itself, or has no such setting. */
export function presentPoint({ points, present }: Pick<Recall, "points" | "present">): RecallPoint | undefined {
  return present == null ? undefined : points.find(({ value }) => value === present);
}

const noteOf = (parameter: string | null | undefined, value: number | null | undefined) =>
  parameter && value != null ? { note: `${parameter} ${value}` } : {};

/** Recall over time, once for each of the two times. From left to right: a line does not turn back. */
export function curvesOf({ points, parameter }: Pick<Recall, "points" | "parameter">, words: RecallWords): Series[] {
  const line = (name: string, time: "p50_ms" | "p95_ms"): Series => ({
    name,
    points: points
      .map(({ value, recall, [time]: x }) => ({ x, y: recall, ...noteOf(parameter, value) }))
      .sort((one, other) => one.x - other.x),
  });
  return [line(words.p50, "p50_ms"), line(words.p95, "p95_ms")];
}

export function marksOf(recall: Pick<Recall, "points" | "present">, words: RecallWords): Mark[] {
  const point = presentPoint(recall);
  return point ? [{ x: point.p50_ms, label: words.present }] : [];
}
