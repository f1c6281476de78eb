/** The geometry of putting pictures between others: which place a point means, and where the line stands that shows it. */
import type { Layout, Place, Row } from "./justified";
import type { Point } from "./marquee";

/** A place between two pictures. CSS pixels, in the grid. */
export interface Gap {
  /** The picture behind it; as many as there are: the end. */
  readonly index: number;
  readonly left: number;
  readonly top: number;
  readonly height: number;
}

function nearestRow({ rows }: Layout, y: number): Row | undefined {
  return rows.find(({ top, height }) => y < top + height) ?? rows.at(-1);
}

function gapAt({ index, top, height }: Place, left: number, isBehind: boolean): Gap {
  return { index: index + (isBehind ? 1 : 0), left, top, height };
}

/** Before the picture whose first half the point is in; behind the last of a row when it is in no first half. */
export function gapOf(layout: Layout, { x, y }: Point, space: number): Gap | undefined {
  const row = nearestRow(layout, y);
  const next = row?.places.find(({ left, width }) => x < left + width / 2);
  if (next) return gapAt(next, next.left - space / 2, false);
  const last = row?.places.at(-1);
  return last && gapAt(last, last.left + last.width + space / 2, true);
}
