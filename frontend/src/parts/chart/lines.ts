/** Lines through points, and which of the points is meant by a place on the chart. */
import type { Frame } from "./frame";
import type { Point, Series } from "./types";

export interface Spot {
  left: number;
  top: number;
  point: Point;
}

const round = (pixels: number) => Math.round(pixels * 10) / 10;

function spotOf(point: Point, { x, y }: Pick<Frame, "x" | "y">): Spot | undefined {
  if (point.y === null || !x.has(point.x) || !y.has(point.y)) return undefined;
  return { left: round(x.at(point.x)), top: round(y.at(point.y)), point };
}

/** The points in their order, cut where one cannot be shown. */
export function runsOf(points: readonly Point[], frame: Pick<Frame, "x" | "y">): Spot[][] {
  const runs: Spot[][] = [[]];
  for (const point of points) {
    const spot = spotOf(point, frame);
    if (spot) runs.at(-1)?.push(spot);
    else runs.push([]);
  }
  return runs.filter((run) => run.length > 0);
}

/** As the `d` of a path. A run of one point is a line without length, which round ends make a dot. */
export function pathOf(runs: readonly (readonly Spot[])[]): string {
  return runs
    .map((run) => {
      const [first, ...rest] = run.map(({ left, top }) => `${left},${top}`);
      return `M${first}${rest.length === 0 ? "h0" : `L${rest.join(" ")}`}`;
    })
    .join("");
}

/** A place on the x axis where at least one line has a value. */
export interface Stop {
  x: number;
  left: number;
}

export function stopsOf(series: readonly Series[], frame: Pick<Frame, "x" | "y">): Stop[] {
  const spots = series.flatMap(({ points }) => points.flatMap((point) => spotOf(point, frame) ?? []));
  const byX = new Map(spots.map(({ point, left }) => [point.x, left]));
  return [...byX].map(([x, left]) => ({ x, left })).sort((one, other) => one.left - other.left);
}

/** The number of the stop that is closest to a pixel; stops are in order. */
export function nearestStop(stops: readonly Stop[], left: number): number {
  let [from, to] = [0, stops.length - 1];
  while (to - from > 1) {
    const middle = (from + to) >> 1;
    if ((stops[middle]?.left ?? 0) <= left) from = middle;
    else to = middle;
  }
  const distance = (index: number) => Math.abs((stops[index]?.left ?? Number.POSITIVE_INFINITY) - left);
  return distance(to) < distance(from) ? to : from;
}

/** What each line has there; nothing for those that have no value. */
export function valuesAt(series: readonly Series[], x: number): (Point | undefined)[] {
  return series.map(({ points }) => points.find((point) => point.x === x && point.y !== null));
}
