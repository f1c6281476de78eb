/** Short notices that come and go. Anything may say one; `Toasts` shows them. */
import { useSyncExternalStore } from "react";
import { Unreachable } from "../api/errors";
import { strings } from "../strings";

export interface Toast {
  readonly id: number;
  readonly kind: "plain" | "good" | "bad";
  readonly text: string;
  /** What can be done about it, once. */
  readonly action: { label: string; run: () => void } | undefined;
}

/** Words a reader takes in a second, carefully, and the shortest stay. */
const WORDS_A_SECOND = 2.5;
const SHORTEST_MS = 4_000;
const MOST = 4;

let toasts: readonly Toast[] = [];
let next = 1;
const listeners = new Set<() => void>();

function change(now: readonly Toast[]): void {
  toasts = now;
  for (const listener of listeners) listener();
}

/** Says it; answers its number. What failed stays until it is closed. */
export function say(text: string, options: Partial<Pick<Toast, "kind" | "action">> = {}): number {
  const toast: Toast = { id: next, kind: options.kind ?? "plain", text, action: options.action };
  next += 1;
  change([...toasts, toast].slice(-MOST));
  return toast.id;
}

/** Says what went wrong, in its own words. */
export function sayFailure(error: unknown): number {
  const own = error instanceof Error ? error.message : String(error);
  return say(error instanceof Unreachable ? strings.parts.offline : own, { kind: "bad" });
}

export function dismiss(id: number): void {
  change(toasts.filter((toast) => toast.id !== id));
}

/** How long a notice stays, in milliseconds; nothing for those that stay until they are closed. */
export function stay({ kind, text, action }: Toast): number | undefined {
  if (kind === "bad") return undefined;
  const reading = (text.split(/\s+/).length / WORDS_A_SECOND) * 1000;
  return Math.max(SHORTEST_MS, reading) + (action ? SHORTEST_MS : 0);
}

export function useToasts(): readonly Toast[] {
  const watch = (listener: () => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  return useSyncExternalStore(watch, () => toasts);
}
