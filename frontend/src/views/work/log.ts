/** Reads the log of a task line by line, from where it has read to: whoever calls for more, however often, gets each line once. */
import type { LogLine } from "../../api/types";

export interface Log {
  readonly lines: readonly LogLine[];
  /** Everything that there was has been read, at least once. */
  readonly isRead: boolean;
  readonly error: unknown;
}

export interface LogReader {
  log: () => Log;
  /** There may be more. */
  pull: () => Promise<void>;
  watch: (listener: () => void) => () => void;
}

/** `read` answers the lines after the one with this number, `most` of them at most. */
export function logReader(read: (after: number) => Promise<readonly LogLine[]>, most: number): LogReader {
  let log: Log = { lines: [], isRead: false, error: undefined };
  const listeners = new Set<() => void>();
  const change = (part: Partial<Log>) => {
    log = { ...log, ...part };
    for (const listener of listeners) listener();
  };
  let isWanted = false;
  let isReading = false;

  const readOnce = async () => {
    isWanted = false;
    const found = await read(log.lines.at(-1)?.id ?? 0);
    const isAll = found.length < most;
    if (!isAll) isWanted = true;
    const isNews = found.length > 0 || log.error !== undefined || log.isRead !== isAll;
    if (isNews) change({ lines: [...log.lines, ...found], isRead: log.isRead || isAll, error: undefined });
  };
  const pull = async () => {
    isWanted = true;
    if (isReading) return;
    isReading = true;
    try {
      while (isWanted) await readOnce();
    } catch (error) {
      change({ error });
    } finally {
      isReading = false;
    }
  };
  return {
    log: () => log,
    pull,
    watch: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
