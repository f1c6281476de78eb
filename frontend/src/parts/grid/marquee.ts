/** The geometry of a marquee, apart from the browser: which pictures it selects, and how fast it scrolls. CSS pixels. */
import { joined, only, type Selection } from "../../state/selection";
import type { Rectangle } from "./justified";

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Less than this is a click with an unsteady hand. */
const STEADY = 5;
/** Of the window's upper and lower edge, where holding the pointer scrolls. */
const EDGE = 64;
/** A frame at most. */
const FASTEST = 24;

export function hasBegun(from: Point, to: Point): boolean {
  return Math.hypot(to.x - from.x, to.y - from.y) >= STEADY;
}

/** The rectangle with these two corners, whichever they are. */
export function between(from: Point, to: Point): Rectangle {
  return {
    left: Math.min(from.x, to.x),
    top: Math.min(from.y, to.y),
    right: Math.max(from.x, to.x),
    bottom: Math.max(from.y, to.y),
  };
}

/** The selection while a marquee touches `ids`: these alone, or besides what was selected when it began. */
export function swept(before: Selection, ids: readonly number[], doesAdd: boolean): Selection {
  return doesAdd ? joined(before, ids) : only(ids);
}

export function isSame(one: Selection, other: Selection): boolean {
  return one.ids.size === other.ids.size && [...one.ids].every((id) => other.ids.has(id));
}

/** How far to scroll in this frame for a pointer at `y` between `top` and `bottom`: nothing in the middle. */
export function scrollStep(y: number, top: number, bottom: number): number {
  const [over, under] = [top + EDGE - y, y - (bottom - EDGE)];
  if (over > 0) return -Math.ceil(FASTEST * Math.min(1, over / EDGE));
  return under > 0 ? Math.ceil(FASTEST * Math.min(1, under / EDGE)) : 0;
}
