/** Rows of pictures that all reach both edges: pure geometry, in CSS pixels. */

/** Where a picture is. `top` counts from the first row. */
export interface Place {
  readonly index: number;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface Row {
  readonly top: number;
  readonly height: number;
  readonly places: readonly Place[];
}

export interface Layout {
  readonly rows: readonly Row[];
  /** Of all rows and the gaps between them. */
  readonly height: number;
  /** The row of each picture. */
  readonly rowOf: Uint32Array;
}

export interface LayoutOptions {
  /** Of the container. */
  width: number;
  /** Height that rows should about have. */
  rowHeight: number;
  gap: number;
  /** Height under each picture that does not grow with it: the line with its score. */
  caption?: number;
  /** A row ends before the picture at this place, and a line of this height stands between. */
  divider?: { before: number; height: number } | undefined;
}

/** Very long panoramas and very tall scans are cut to these in the grid: width by height. */
const WIDEST = 3.2;
const TALLEST = 0.45;
/** A last row that is not full is not blown up beyond this. */
const LAST_ROW_GROWTH = 1.15;

function bounded(ratio: number): number {
  return Number.isFinite(ratio) && ratio > 0 ? Math.min(Math.max(ratio, TALLEST), WIDEST) : 1;
}

/** One row's places, as high as makes them reach the edge. */
function justify(first: number, ratios: readonly number[], top: number, isLast: boolean, options: LayoutOptions): Row {
  const { width, gap, rowHeight, caption = 0 } = options;
  const sum = ratios.reduce((total, ratio) => total + ratio, 0);
  const fitting = (width - gap * (ratios.length - 1)) / sum;
  const height = isLast ? Math.min(fitting, rowHeight * LAST_ROW_GROWTH) : fitting;
  let left = 0;
  const places = ratios.map((ratio, number) => {
    const place = { index: first + number, left, top, width: ratio * height, height: height + caption };
    left += place.width + gap;
    return place;
  });
  return { top, height: height + caption, places };
}

/** How many pictures the row that begins at `first` takes: it ends where its height is nearest to the wanted one. */
function rowEnd(ratios: readonly number[], first: number, stop: number, { width, rowHeight, gap }: LayoutOptions) {
  let before = 0;
  let sum = 0;
  for (let index = first; index < stop; index += 1) {
    sum += bounded(ratios[index] ?? 1);
    const length = sum * rowHeight + gap * (index - first);
    if (length >= width) {
      // The picture over the edge goes where it changes the row's height less.
      const without = before * rowHeight + gap * (index - first - 1);
      return { end: before > 0 && length - width > width - without ? index : index + 1, isFull: true };
    }
    before = sum;
  }
  return { end: stop, isFull: false };
}

/** Lays out pictures with these ratios of width to height. */
export function layOut(ratios: readonly number[], options: LayoutOptions): Layout {
  const { divider, gap } = options;
  const rows: Row[] = [];
  const rowOf = new Uint32Array(ratios.length);
  let [first, top] = [0, 0];
  if (options.width <= 0) return { rows, height: 0, rowOf };
  while (first < ratios.length) {
    if (divider && first === divider.before) top += divider.height;
    const stop = divider && first < divider.before ? Math.min(divider.before, ratios.length) : ratios.length;
    const { end, isFull } = rowEnd(ratios, first, stop, options);
    const row = justify(first, ratios.slice(first, end).map(bounded), top, !isFull, options);
    rowOf.fill(rows.length, first, end);
    rows.push(row);
    top += row.height + gap;
    first = end;
  }
  return { rows, height: Math.max(0, top - gap), rowOf };
}

export type Direction = "left" | "right" | "up" | "down" | "first" | "last";

function place(layout: Layout, index: number): Place | undefined {
  const row = layout.rows[layout.rowOf[index] ?? -1];
  return row?.places[index - (row.places[0]?.index ?? 0)];
}

/** The picture of the neighbouring row whose middle is nearest. */
function vertical(layout: Layout, from: Place, step: 1 | -1): number {
  const row = layout.rows[(layout.rowOf[from.index] ?? 0) + step];
  if (!row) return from.index;
  const middle = from.left + from.width / 2;
  const away = (one: Place) => Math.abs(one.left + one.width / 2 - middle);
  return row.places.reduce((best, one) => (away(one) < away(best) ? one : best)).index;
}

/** Where a key leads from a picture; at the edges, to itself. */
export function neighbour(layout: Layout, index: number, direction: Direction): number {
  const count = layout.rowOf.length;
  const from = place(layout, index);
  if (!from) return 0;
  switch (direction) {
    case "left":
      return Math.max(0, index - 1);
    case "right":
      return Math.min(count - 1, index + 1);
    case "up":
      return vertical(layout, from, -1);
    case "down":
      return vertical(layout, from, 1);
    case "first":
      return 0;
    case "last":
      return count - 1;
  }
}

export interface Rectangle {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** The pictures that a marquee touches. */
export function touched(layout: Layout, area: Rectangle): number[] {
  const rows = layout.rows.filter(({ top, height }) => top < area.bottom && top + height > area.top);
  const isTouched = ({ left, width }: Place) => left < area.right && left + width > area.left;
  return rows.flatMap(({ places }) => places.filter(isTouched).map(({ index }) => index));
}
