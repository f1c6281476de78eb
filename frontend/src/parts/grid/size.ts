/** How large pictures are in grids: a person's choice, the same in all views. */
import { kept, within } from "../../state/kept";

export const SMALLEST = 72;
export const LARGEST = 480;
/** A step of the keys, as a factor. */
const STEP = 1.2;

/** Height of a row, in CSS pixels. */
export const rowHeight = kept<number>("row-height", 184, within(SMALLEST, LARGEST));

function change(factor: number): void {
  rowHeight.write(Math.round(Math.min(LARGEST, Math.max(SMALLEST, rowHeight.read() * factor))));
}

export const larger = () => change(STEP);
export const smaller = () => change(1 / STEP);
