/** A box that keys draw on the map: for those who cannot, or do not want to, draw around points by hand. */
import { boxBetween, type Ring } from "./ring";
import type { Size } from "./view";

/** CSS pixels from the corner of the map. */
export interface KeyBox {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** A step of a key, in CSS pixels, and the smallest side. */
const STEP = 16;
const LEAST = 8;

/** In the middle, a third of the shorter side. */
export function firstBox({ width, height }: Size): KeyBox {
  const side = Math.min(width, height) / 3;
  return { left: (width - side) / 2, top: (height - side) / 2, width: side, height: side };
}

const WAYS: Readonly<Record<string, readonly [x: number, y: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** The direction of an arrow; nothing for other keys. */
export function wayOf(key: string): readonly [x: number, y: number] | undefined {
  return WAYS[key];
}

const within = (value: number, least: number, most: number) => Math.min(Math.max(least, most), Math.max(least, value));

/** Moved by an arrow, or made larger and smaller at its right and lower sides. It stays inside the map. */
export function steppedBox(box: KeyBox, key: string, doesResize: boolean, size: Size): KeyBox {
  const [x, y] = wayOf(key) ?? [0, 0];
  if (doesResize) {
    const width = within(box.width + x * STEP, LEAST, size.width - box.left);
    return { ...box, width, height: within(box.height + y * STEP, LEAST, size.height - box.top) };
  }
  const left = within(box.left + x * STEP, 0, size.width - box.width);
  return { ...box, left, top: within(box.top + y * STEP, 0, size.height - box.height) };
}

export function ringOf({ left, top, width, height }: KeyBox): Ring {
  return boxBetween({ x: left, y: top }, { x: left + width, y: top + height });
}
