/** Putting pictures into collections, from any view: `collect(ids)` for the current one, `choose(ids)` to be asked which. */
import { useSyncExternalStore } from "react";
import { addMedia, refreshCollections, removeMedia } from "../../api/collections";
import { kept } from "../../state/kept";
import { strings } from "../../strings";
import { say, sayFailure } from "../toasts";

const words = strings.collect;

export interface Current {
  id: number;
  title: string;
}

function isCurrent(value: unknown): value is Current | undefined {
  if (value === null || value === undefined) return true;
  const { id, title } = value as Partial<Current>;
  return typeof id === "number" && typeof title === "string";
}

/** The collection that the key and the button put pictures into: the one used last. */
export const current = kept<Current | undefined>("current-collection", undefined, isCurrent);

let asked: readonly number[] | undefined;
const listeners = new Set<() => void>();

function ask(ids: readonly number[] | undefined): void {
  asked = ids;
  for (const listener of listeners) listener();
}

function watch(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The pictures for which a collection is being chosen. */
export function useAsked(): readonly number[] | undefined {
  return useSyncExternalStore(watch, () => asked);
}

/** Opens the dialog that asks which collection. Without pictures it is chosen for those that come. */
export function choose(ids: readonly number[]): void {
  ask(ids);
}

export function chosen(): void {
  ask(undefined);
}

async function takeBack(to: Current, ids: readonly number[]): Promise<void> {
  try {
    await removeMedia(to.id, ids);
    say(words.takenBack(ids.length, to.title));
  } catch (error) {
    sayFailure(error);
  } finally {
    void refreshCollections();
  }
}

/** Puts them in and says so. What was in before is not taken out by "Undo". */
export async function collectInto({ id, title }: Current, ids: readonly number[]): Promise<void> {
  const to = { id, title };
  current.write(to);
  if (ids.length === 0) return;
  try {
    const added = await addMedia(to.id, ids);
    const action = { label: strings.parts.undo, run: () => void takeBack(to, added) };
    const text = added.length > 0 ? words.added(added.length, to.title) : words.inAlready(ids.length, to.title);
    say(text, { kind: "good", ...(added.length > 0 && { action }) });
  } catch (error) {
    sayFailure(error);
  } finally {
    void refreshCollections();
  }
}

/** Into the current collection; the first time one is asked which that is. */
export function collect(ids: readonly number[]): void {
  const to = current.read();
  if (ids.length === 0) return;
  if (to) void collectInto(to, ids);
  else choose(ids);
}
