/** Pictures that are being dragged: places that take them show themselves meanwhile. */
import { useSyncExternalStore } from "react";

/** The kind of what is dragged, so that other pages and programs are not taken for ours. */
const KIND = "application/x-likeness-media";

let carried: readonly number[] | undefined;
const listeners = new Set<() => void>();

function change(ids: readonly number[] | undefined): void {
  carried = ids;
  for (const listener of listeners) listener();
}

/** Begins to carry pictures; the browser draws what was grabbed. */
export function carry(data: DataTransfer, ids: readonly number[]): void {
  data.setData(KIND, JSON.stringify(ids));
  data.effectAllowed = "copyMove";
  // A drag whose page changes in the same moment is given up by Chromium.
  setTimeout(() => change(ids), 0);
}

export function putDown(): void {
  change(undefined);
}

function watch(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function carriedNow(): readonly number[] | undefined {
  return carried;
}

/** The ids that are carried now. */
export function useCarried(): readonly number[] | undefined {
  return useSyncExternalStore(watch, () => carried);
}
