/** Areas that are drawn on the map: closed lines, and which points lie inside. */
import { type Bounds, type Buckets, eachNear } from "./buckets";
import type { Point } from "./view";

/** Corners in their order; the last one is joined to the first. */
export type Ring = readonly Point[];

export const NO_RING: Ring = [];

/** Fewer corners hold nothing. */
export const FEWEST_CORNERS = 3;

export function boundsOf(ring: Ring): Bounds {
  const [xs, ys] = [ring.map(({ x }) => x), ring.map(({ y }) => y)];
  return { left: Math.min(...xs), right: Math.max(...xs), bottom: Math.min(...ys), top: Math.max(...ys) };
}

/** Which side of a line a point lies on: positive at its left. */
const sideOf = (from: Point, to: Point, x: number, y: number) =>
  (to.x - from.x) * (y - from.y) - (x - from.x) * (to.y - from.y);

/** By how often the line winds around the place: what a line that crosses itself goes around twice is inside too. */
export function isInside(ring: Ring, x: number, y: number): boolean {
  let winds = 0;
  let from = ring.at(-1);
  for (const to of ring) {
    if (from && from.y <= y && to.y > y && sideOf(from, to, x, y) > 0) winds += 1;
    if (from && from.y > y && to.y <= y && sideOf(from, to, x, y) < 0) winds -= 1;
    from = to;
  }
  return winds !== 0;
}

/** Numbers of the points inside, ascending. */
export function indexesIn(ring: Ring, buckets: Buckets, xy: Float32Array): number[] {
  if (ring.length < FEWEST_CORNERS) return [];
  const inside: number[] = [];
  eachNear(buckets, boundsOf(ring), (index) => {
    if (isInside(ring, xy[2 * index] ?? 0, xy[2 * index + 1] ?? 0)) inside.push(index);
  });
  return inside.sort((one, other) => one - other);
}

export function boxBetween(one: Point, other: Point): Ring {
  return [one, { x: other.x, y: one.y }, other, { x: one.x, y: other.y }];
}

/** From a point to a line between two others: lines that are drawn often end where they began. */
function farness({ x, y }: Point, from: Point, to: Point): number {
  const [width, height] = [to.x - from.x, to.y - from.y];
  const square = width * width + height * height;
  const along = square === 0 ? 0 : ((x - from.x) * width + (y - from.y) * height) / square;
  const share = Math.min(1, Math.max(0, along));
  return Math.hypot(x - from.x - share * width, y - from.y - share * height);
}

/** Marks the points of a line that differ from a straight one by more than the tolerance (Ramer, Douglas, Peucker). */
function keepBetween(line: Ring, first: number, last: number, tolerance: number, kept: boolean[]): void {
  const [from, to] = [line[first], line[last]];
  let [farthest, most] = [0, tolerance];
  for (let at = first + 1; from && to && at < last; at += 1) {
    const far = farness(line[at] ?? from, from, to);
    if (far > most) [farthest, most] = [at, far];
  }
  if (farthest === 0) return;
  kept[farthest] = true;
  keepBetween(line, first, farthest, tolerance, kept);
  keepBetween(line, farthest, last, tolerance, kept);
}

function thinned(ring: Ring, tolerance: number): Ring {
  const kept = ring.map((_, at) => at === 0 || at === ring.length - 1);
  keepBetween(ring, 0, ring.length - 1, tolerance, kept);
  return ring.filter((_, at) => kept[at]);
}

/** Nearly the same line with no more than so many corners. */
export function simplified(ring: Ring, most: number, tolerance: number): Ring {
  let now = ring;
  for (let allowed = tolerance; now.length > most; allowed *= 1.5) now = thinned(ring, allowed);
  return now;
}

/** A spread choice of at most so many points, the one closest to the middle of all first. */
export function representatives(indexes: readonly number[], xy: Float32Array, most: number): number[] {
  const mean = (offset: number) =>
    indexes.reduce((sum, index) => sum + (xy[2 * index + offset] ?? 0), 0) / Math.max(1, indexes.length);
  const [x, y] = [mean(0), mean(1)];
  const far = new Map(
    indexes.map((index) => [index, Math.hypot((xy[2 * index] ?? 0) - x, (xy[2 * index + 1] ?? 0) - y)]),
  );
  const sorted = indexes.toSorted((one, other) => (far.get(one) ?? 0) - (far.get(other) ?? 0));
  const count = Math.min(most, sorted.length);
  return Array.from({ length: count }, (_, place) => sorted[Math.floor((place * sorted.length) / count)] ?? 0);
}
