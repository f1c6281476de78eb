/** The points of a map in a grid of buckets: the closest one to a place, and those in an area, are found without looking at all. */

export interface Buckets {
  /** Buckets of a row, and rows. */
  readonly side: number;
  /** Of each bucket its first place in `items`; one more at the end. */
  readonly starts: Uint32Array;
  /** Numbers of points, bucket by bucket. */
  readonly items: Uint32Array;
}

/** Points of a bucket, if they were spread evenly. */
const WANTED = 2;
const MOST_BUCKETS_A_SIDE = 1024;

function columnOf(value: number, side: number): number {
  return Math.min(side - 1, Math.max(0, Math.floor(((value + 1) / 2) * side)));
}

/** `xy`: two numbers from -1 to 1 for each point. */
export function bucketsOf(xy: Float32Array): Buckets {
  const count = xy.length / 2;
  const side = Math.min(MOST_BUCKETS_A_SIDE, Math.max(1, Math.floor(Math.sqrt(count / WANTED))));
  const bucket = (index: number) => columnOf(xy[2 * index + 1] ?? 0, side) * side + columnOf(xy[2 * index] ?? 0, side);
  const starts = new Uint32Array(side * side + 1);
  const own = new Uint32Array(count);
  for (let index = 0; index < count; index += 1) {
    const at = bucket(index);
    own[index] = at;
    starts[at + 1] = (starts[at + 1] ?? 0) + 1;
  }
  for (let at = 0; at < side * side; at += 1) starts[at + 1] = (starts[at + 1] ?? 0) + (starts[at] ?? 0);
  return { side, starts, items: filled(own, starts) };
}

function filled(own: Uint32Array, starts: Uint32Array): Uint32Array {
  const next = starts.slice(0, -1);
  const items = new Uint32Array(own.length);
  for (const [index, at] of own.entries()) {
    const place = next[at] ?? 0;
    items[place] = index;
    next[at] = place + 1;
  }
  return items;
}

export interface Bounds {
  left: number;
  right: number;
  bottom: number;
  top: number;
}

/** Calls with every point whose bucket touches the bounds: all that lie in them, and some beside. */
export function eachNear({ side, starts, items }: Buckets, bounds: Bounds, call: (index: number) => void): void {
  const [first, last] = [columnOf(bounds.left, side), columnOf(bounds.right, side)];
  const [lowest, highest] = [columnOf(bounds.bottom, side), columnOf(bounds.top, side)];
  for (let row = lowest; row <= highest; row += 1) {
    // The buckets of a row follow one another.
    const end = starts[row * side + last + 1] ?? 0;
    for (let place = starts[row * side + first] ?? 0; place < end; place += 1) call(items[place] ?? 0);
  }
}

/** The point that is closest to a place, no farther than `radius`. */
export function nearest(
  buckets: Buckets,
  xy: Float32Array,
  at: { x: number; y: number },
  radius: number,
): number | undefined {
  const bounds = { left: at.x - radius, right: at.x + radius, bottom: at.y - radius, top: at.y + radius };
  let found: number | undefined;
  let least = radius * radius;
  eachNear(buckets, bounds, (index) => {
    const [x, y] = [(xy[2 * index] ?? 0) - at.x, (xy[2 * index + 1] ?? 0) - at.y];
    const far = x * x + y * y;
    if (far > least) return;
    least = far;
    found = index;
  });
  return found;
}
