/** How the disk is shared out. */
import type { Status } from "../../api/types";

export const SHARES = ["library", "vectors", "indexes", "others", "free"] as const;
export type ShareName = (typeof SHARES)[number];

export interface Share {
  name: ShareName;
  bytes: number;
  /** Of the whole disk. */
  part: number;
}

/** The disk is nearly full. */
const LEAST_FREE = 0.05;

/**
 * All of the disk, in parts that make up the whole. What is counted may be a little more than what is used: other things are then
 * none, and never less.
 */
export function sharesOf({ library, vectors, indexes, free, total }: Status["bytes"]): Share[] {
  const used = Math.max(0, total - free);
  const others = Math.max(0, used - library - vectors - indexes);
  const sizes = { library, vectors, indexes, others, free };
  const all = Math.max(1, library + vectors + indexes + others + free);
  return SHARES.map((name) => ({ name, bytes: sizes[name], part: sizes[name] / all }));
}

export function isNearlyFull({ free, total }: Status["bytes"]): boolean {
  return total > 0 && free / total < LEAST_FREE;
}
