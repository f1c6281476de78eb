/** How points look: large where there are few, small where there are many, and growing a little as one comes closer. */
import type { Places } from "../../api/places";
import { CHOSEN, HIGHLIGHTED } from "./renderer";

const SMALLEST = 2;
const LARGEST = 9;
const LARGEST_CLOSE = 16;

/** Diameter in CSS pixels. */
export function diameterOf(count: number, zoom: number): number {
  const alone = Math.min(LARGEST, Math.max(SMALLEST, 14 - 2.3 * Math.log10(Math.max(1, count))));
  return Math.min(LARGEST_CLOSE, alone * Math.max(1, zoom) ** 0.25);
}

/** What each point is: chosen ones show above highlighted ones. `chosen`: places among the points, not numbers of pictures. */
export function kindsOf(
  { count, ids }: Places,
  chosen: readonly number[],
  highlighted: ReadonlySet<number>,
): Uint8Array<ArrayBuffer> {
  const kinds = new Uint8Array(count);
  if (highlighted.size > 0) {
    for (const [index, id] of ids.entries()) if (highlighted.has(id)) kinds[index] = HIGHLIGHTED;
  }
  for (const index of chosen) kinds[index] = CHOSEN;
  return kinds;
}
