/** Moving and resizing a part of a picture: pure geometry in fractions of the whole. */
import type { Part } from "../../state/address";

export const WHOLE: Part = { x: 0, y: 0, w: 1, h: 1 };
/** Smallest side: below it a part is a slip of the hand. */
export const LEAST = 0.03;
/** How near to all of it is all of it. */
const NEARLY = 0.004;

/** Edges that a handle moves: `ne`, `s`, ... */
export type Handle = "n" | "s" | "e" | "w" | "ne" | "nw" | "se" | "sw";
export const HANDLES: readonly Handle[] = ["nw", "n", "ne", "e", "se", "s", "sw", "w"];

export interface Point {
  x: number;
  y: number;
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}

/** Kept inside as a whole. */
export function moved(part: Part, by: Point): Part {
  return { ...part, x: clamp(part.x + by.x, 0, 1 - part.w), y: clamp(part.y + by.y, 0, 1 - part.h) };
}

/** One side's new start and length when its first or last edge moves. */
function stretched(start: number, length: number, by: number, edge: "first" | "last" | undefined): [number, number] {
  if (edge === "first") {
    const first = clamp(start + by, 0, start + length - LEAST);
    return [first, start + length - first];
  }
  if (edge === "last") return [start, clamp(length + by, LEAST, 1 - start)];
  return [start, length];
}

/** Never turned inside out, never smaller than can be grasped. */
export function resized(part: Part, handle: Handle, by: Point): Part {
  const across = handle.includes("w") ? "first" : handle.includes("e") ? "last" : undefined;
  const down = handle.includes("n") ? "first" : handle.includes("s") ? "last" : undefined;
  const [x, w] = stretched(part.x, part.w, by.x, across);
  const [y, h] = stretched(part.y, part.h, by.y, down);
  return { x, y, w, h };
}

/** Between two corners, in whatever order; nothing when it is too small to be meant. */
export function drawn(from: Point, to: Point): Part | undefined {
  const [left, right] = [from.x, to.x].map((x) => clamp(x, 0, 1)).sort((a, b) => a - b) as [number, number];
  const [top, bottom] = [from.y, to.y].map((y) => clamp(y, 0, 1)).sort((a, b) => a - b) as [number, number];
  const part = { x: left, y: top, w: right - left, h: bottom - top };
  return part.w < LEAST || part.h < LEAST ? undefined : part;
}

export function isWhole({ x, y, w, h }: Part): boolean {
  return x < NEARLY && y < NEARLY && x + w > 1 - NEARLY && y + h > 1 - NEARLY;
}

/** A box of a detector as a part: inside the picture, and large enough. Nothing when it lies outside. */
export function fromCorners(box: { x1: number; y1: number; x2: number; y2: number }): Part | undefined {
  const part = drawn({ x: box.x1, y: box.y1 }, { x: box.x2, y: box.y2 });
  // What is rounded must not reach over the edge.
  return part && { ...part, w: Math.min(part.w, 1 - part.x), h: Math.min(part.h, 1 - part.y) };
}

const STEP = 0.02;
const ARROWS: Readonly<Record<string, Point>> = {
  ArrowLeft: { x: -STEP, y: 0 },
  ArrowRight: { x: STEP, y: 0 },
  ArrowUp: { x: 0, y: -STEP },
  ArrowDown: { x: 0, y: STEP },
};

/** What a key does with a part: arrows move it, with Shift they move its right and lower edge. Nothing for other keys. */
export function keyed(part: Part, key: string, hasShift: boolean): Part | undefined {
  const by = ARROWS[key];
  if (!by) return undefined;
  return hasShift ? resized(part, "se", by) : moved(part, by);
}
