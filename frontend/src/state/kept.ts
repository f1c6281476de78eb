/** What this browser remembers: the choices that are a person's and not an address's (theme, name, size of pictures). */
import { useSyncExternalStore } from "react";

const PREFIX = "likeness.";

/** A value with a name, kept in the browser's storage and shared by all who use it, also in other tabs. */
export interface Kept<Value> {
  read(): Value;
  write(value: Value): void;
  watch(listener: () => void): () => void;
}

function stored(name: string): unknown {
  try {
    return JSON.parse(localStorage.getItem(PREFIX + name) ?? "null");
  } catch {
    return null;
  }
}

/** `isValid` guards against what older versions, or people, put there. */
export function kept<Value>(name: string, initial: Value, isValid: (value: unknown) => value is Value): Kept<Value> {
  const checked = (value: unknown) => (isValid(value) ? value : initial);
  let current = checked(stored(name));
  const listeners = new Set<() => void>();
  const tell = () => {
    for (const listener of listeners) listener();
  };
  globalThis.window?.addEventListener("storage", (event) => {
    if (event.key !== PREFIX + name) return;
    current = checked(stored(name));
    tell();
  });
  return {
    read: () => current,
    write(value) {
      current = value;
      try {
        localStorage.setItem(PREFIX + name, JSON.stringify(value));
      } catch {
        // Private windows may refuse: it holds until the tab is closed then.
      }
      tell();
    },
    watch(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

export function useKept<Value>(value: Kept<Value>): [Value, (next: Value) => void] {
  return [useSyncExternalStore(value.watch, value.read), value.write];
}

/** A guard for one of some words. */
export function oneOf<const Word extends string>(...words: readonly Word[]): (value: unknown) => value is Word {
  return (value): value is Word => words.includes(value as Word);
}

/** A guard for a number within bounds, both included. */
export function within(least: number, most: number): (value: unknown) => value is number {
  return (value): value is number => typeof value === "number" && value >= least && value <= most;
}
