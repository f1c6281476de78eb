/** The import that goes on: what it is made of, whatever view one is in. `runner` does the work. */
import { useSyncExternalStore } from "react";
import { whenThere } from "../api/code";
import type { Picked } from "./files";
import { type Counts, countsOf, type ImportFile, isOver } from "./queue";

export interface Import {
  readonly files: readonly ImportFile[];
  readonly counts: Counts;
  readonly isOver: boolean;
  /** New in the library, and there before; of all tasks that have ended. */
  readonly added: number;
  readonly alreadyThere: number;
  /** Of all files, and how many of them the server has. */
  readonly bytes: number;
  readonly sentBytes: number;
  /** The server is away: it goes on by itself when it is back. */
  readonly isHeldUp: boolean;
}

const files: ImportFile[] = [];
const sums = { added: 0, alreadyThere: 0, sentBytes: 0, isHeldUp: false };
let nextKey = 1;
let shown: Import | undefined;
let isDue = false;
const listeners = new Set<() => void>();

function snapshot(): Import | undefined {
  if (files.length === 0) return undefined;
  const counts = countsOf(files);
  const bytes = files.reduce((sum, { file }) => sum + file.size, 0);
  return { files, counts, isOver: isOver(counts), bytes, ...sums };
}

/** Shows what has changed, at most once a frame: thousands of files may change at once. */
export function tell(): void {
  if (isDue) return;
  isDue = true;
  setTimeout(() => {
    isDue = false;
    shown = snapshot();
    for (const listener of listeners) listener();
  }, 50);
}

export function allFiles(): ImportFile[] {
  return files;
}

export function totals(): typeof sums {
  return sums;
}

/** Puts files in the line. */
export function enqueue(picked: readonly Picked[]): void {
  for (const { file, path } of picked) {
    files.push({ key: nextKey, file, path, state: "waiting", reasons: [], task: undefined });
    nextKey += 1;
  }
  tell();
}

/** Forgets it all. */
export function forget(): void {
  files.length = 0;
  Object.assign(sums, { added: 0, alreadyThere: 0, sentBytes: 0, isHeldUp: false });
  tell();
}

function watch(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useImport(): Import | undefined {
  return useSyncExternalStore(watch, () => shown);
}

/** Files that were picked or dropped go into the library. */
export async function importFiles(picked: readonly Picked[]): Promise<void> {
  enqueue(picked);
  const { run } = await whenThere(() => import("./runner"));
  run();
}
