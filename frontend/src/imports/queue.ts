/** What becomes of each file of an import; no requests here. */
import type { FailedItem, KnownItem } from "../api/types";

export type FileState = "waiting" | "sending" | "importing" | "done" | "failed" | "stopped";

/** Entries change in place: an import may have tens of thousands, and a list of them is never copied. */
export interface ImportFile {
  readonly key: number;
  readonly file: File;
  /** With its folders. */
  readonly path: string;
  state: FileState;
  /** Why it failed; of an archive, what of it failed and why. */
  reasons: string[];
  /** The medium that it was before the import, if it was one. */
  known?: Pick<KnownItem, "media_id" | "deleted"> | undefined;
  /** The task that had it. */
  task: string | undefined;
}

/** Of one request: enough to be fast, little enough to lose. */
export const MOST_FILES = 100;
export const MOST_BYTES = 128_000_000;

/** The files to send next. The server tells what became of them by their paths, so no path comes twice. */
export function nextBatch(files: readonly ImportFile[]): ImportFile[] {
  const batch: ImportFile[] = [];
  const paths = new Set<string>();
  let bytes = 0;
  for (const one of files) {
    if (one.state !== "waiting" || paths.has(one.path)) continue;
    bytes += one.file.size;
    if (batch.length > 0 && bytes > MOST_BYTES) break;
    batch.push(one);
    paths.add(one.path);
    if (batch.length === MOST_FILES) break;
  }
  return batch;
}

/** Says which of a batch's files are on their way once `sent` bytes of it are. */
export function sending(batch: readonly ImportFile[], sent: number): void {
  let before = 0;
  for (const one of batch) {
    before += one.file.size;
    one.state = before <= sent ? "importing" : "sending";
  }
}

/** A failure's file and, for one inside of an archive, its place there. */
export function placeOf(item: string): { name: string; inside: string | undefined } {
  const at = item.indexOf("!/");
  return at < 0 ? { name: item, inside: undefined } : { name: item.slice(0, at), inside: item.slice(at + 2) };
}

/** Marks what a task made of its files: those that are not among the failures are in the library. */
export function settle(
  batch: readonly ImportFile[],
  failures: readonly FailedItem[],
  known: readonly KnownItem[] = [],
): void {
  // Of a path that it does not like the server keeps the name alone.
  const byName = new Map([
    ...batch.map((one) => [one.file.name, one] as const),
    ...batch.map((one) => [one.path, one] as const),
  ]);
  for (const one of batch) {
    one.state = "done";
    one.reasons = [];
    one.known = undefined;
  }
  for (const { item, ...rest } of known) {
    const one = byName.get(item);
    if (one) one.known = rest;
  }
  for (const { item, reason } of failures) {
    const { name, inside } = placeOf(item);
    const one = byName.get(name);
    if (!one) continue;
    one.state = "failed";
    one.reasons.push(inside ? `${inside}: ${reason}` : reason);
  }
}

export function failAll(batch: readonly ImportFile[], reason: string): void {
  for (const one of batch) {
    one.state = "failed";
    one.reasons = [reason];
  }
}

export function stopAll(batch: readonly ImportFile[]): void {
  for (const one of batch) one.state = "stopped";
}

export type Counts = Readonly<Record<FileState, number>>;

export function countsOf(files: readonly ImportFile[]): Counts {
  const counts = { waiting: 0, sending: 0, importing: 0, done: 0, failed: 0, stopped: 0 };
  for (const { state } of files) counts[state] += 1;
  return counts;
}

export function isOver({ waiting, sending: sent, importing }: Counts): boolean {
  return waiting + sent + importing === 0;
}

/** Failures first, then what is under way, then the rest: what one wants to read is at the top. */
const RANK: Readonly<Record<FileState, number>> = {
  failed: 0,
  stopped: 1,
  sending: 2,
  importing: 3,
  waiting: 4,
  done: 5,
};

export function forReading(files: readonly ImportFile[]): ImportFile[] {
  return [...files].sort((one, other) => RANK[one.state] - RANK[other.state] || one.key - other.key);
}
