/** What part of the map is in sight, and where its points lie in the window. The map reaches from -1 to 1, and y grows upwards. */

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface View {
  /** What lies in the middle. */
  readonly x: number;
  readonly y: number;
  /** 1: the whole map fills the shorter side. */
  readonly zoom: number;
}

/** Of the drawing, in CSS pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

export const WHOLE: View = { x: 0, y: 0, zoom: 1 };

/** How much of the shorter side the whole map takes: points at its edge are not cut. */
export const FILLED = 0.92;
const LEAST_ZOOM = 0.5;
const MOST_ZOOM = 2000;
/** The middle stays near the map, so that one does not get lost. */
const FARTHEST = 1.2;

const within = (value: number, least: number, most: number) => Math.min(most, Math.max(least, value));

export function bounded({ x, y, zoom }: View): View {
  return {
    x: within(x, -FARTHEST, FARTHEST),
    y: within(y, -FARTHEST, FARTHEST),
    zoom: within(zoom, LEAST_ZOOM, MOST_ZOOM),
  };
}

/** CSS pixels of one unit of the map. */
export function scaleOf({ zoom }: View, { width, height }: Size): number {
  return (zoom * FILLED * Math.min(width, height)) / 2;
}

export function toScreen(view: View, size: Size, { x, y }: Point): Point {
  const scale = scaleOf(view, size);
  return { x: size.width / 2 + (x - view.x) * scale, y: size.height / 2 - (y - view.y) * scale };
}

export function toMap(view: View, size: Size, { x, y }: Point): Point {
  const scale = scaleOf(view, size);
  return { x: view.x + (x - size.width / 2) / scale, y: view.y - (y - size.height / 2) / scale };
}

/** The map is dragged by so many pixels. */
export function panned(view: View, size: Size, by: Point): View {
  const scale = scaleOf(view, size);
  return bounded({ ...view, x: view.x - by.x / scale, y: view.y + by.y / scale });
}

/** Closer by a factor; what lies at the pixel `at` stays there. */
export function zoomed(view: View, size: Size, factor: number, at: Point): View {
  const zoom = within(view.zoom * factor, LEAST_ZOOM, MOST_ZOOM);
  const held = toMap(view, size, at);
  const moved = { ...view, zoom };
  const now = toMap(moved, size, at);
  return bounded({ zoom, x: view.x + held.x - now.x, y: view.y + held.y - now.y });
}

const middle = (one: Point, other: Point): Point => ({ x: (one.x + other.x) / 2, y: (one.y + other.y) / 2 });
const distance = (one: Point, other: Point) => Math.hypot(one.x - other.x, one.y - other.y);

/** Where two fingers were and where they are now, in pixels. */
export type Fingers = readonly [Point, Point];

/** What lay between the fingers stays between them. */
export function pinched(view: View, size: Size, from: Fingers, to: Fingers): View {
  const [before, now] = [middle(...from), middle(...to)];
  const factor = distance(...to) / Math.max(1, distance(...from));
  return panned(zoomed(view, size, factor, before), size, { x: now.x - before.x, y: now.y - before.y });
}

/** What the renderer needs: a place on the map, less the middle, times this, is a place in its own square from -1 to 1. */
export function clipScale(view: View, size: Size): Point {
  const scale = scaleOf(view, size);
  return { x: (2 * scale) / Math.max(1, size.width), y: (2 * scale) / Math.max(1, size.height) };
}

export function isSameView(one: View, other: View): boolean {
  return one.x === other.x && one.y === other.y && one.zoom === other.zoom;
}

/** The same but for what an address rounds away. */
export function isNearView(one: View, other: View): boolean {
  const near = (a: number, b: number, scale = 1) => Math.abs(a - b) <= 1e-6 * scale;
  return near(one.x, other.x) && near(one.y, other.y) && near(one.zoom, other.zoom, Math.max(1, one.zoom));
}
