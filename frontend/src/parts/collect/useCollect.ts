/** Puts pictures into the current collection and takes them out again: shown at once, rolled back when the server refuses. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useCallback, useMemo, useState } from "react";
import { answer, api } from "../../api/client";
import { collections, NAMES } from "../../api/queries";
import type { Collection } from "../../api/types";
import { person } from "../../state/person";
import { strings } from "../../strings";
import { say } from "../toasts";
import { currentId, members, useCurrentCollection, useMembers } from "./current";

const words = strings.collect;

interface Change {
  collection: Collection;
  ids: readonly number[];
  isIn: boolean;
}

function put({ collection: { id }, ids }: Change): Promise<unknown> {
  const body = { media_ids: [...ids], username: person.read() };
  return answer(api.POST("/api/v1/collection/{id}/media", { params: { path: { id } }, body }));
}

async function takeOut({ collection: { id }, ids }: Change): Promise<void> {
  for (const media_id of ids) {
    await answer(api.DELETE("/api/v1/collection/{id}/media/{media_id}", { params: { path: { id, media_id } } }));
  }
}

export function changed(set: ReadonlySet<number>, ids: readonly number[], isIn: boolean): ReadonlySet<number> {
  const next = new Set(set);
  for (const id of ids) {
    if (isIn) next.add(id);
    else next.delete(id);
  }
  return next;
}

/** What `c` does with some pictures: in, unless all of them are. Only those that change. */
export function toChange(set: ReadonlySet<number>, ids: readonly number[]): { ids: readonly number[]; isIn: boolean } {
  const missing = ids.filter((id) => !set.has(id));
  return missing.length > 0 ? { ids: missing, isIn: true } : { ids, isIn: false };
}

function useChange() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (change: Change) => (change.isIn ? put(change) : takeOut(change)),
    onMutate: async ({ collection, ids, isIn }) => {
      const { queryKey } = members(collection.id);
      await client.cancelQueries({ queryKey });
      client.setQueryData<ReadonlySet<number>>(queryKey, (set) => changed(set ?? new Set(), ids, isIn));
    },
    onError: (error, { collection, ids, isIn }) => {
      const { queryKey } = members(collection.id);
      client.setQueryData<ReadonlySet<number>>(queryKey, (set) => changed(set ?? new Set(), ids, !isIn));
      say(words.failed(error.message), { kind: "bad" });
    },
    onSettled: () => void client.invalidateQueries({ queryKey: [NAMES.collections] }),
  });
}

function useMake() {
  const client = useQueryClient();
  return async (title: string): Promise<Collection> => {
    const body = { title, username: person.read() };
    const { res } = await answer(api.POST("/api/v1/collection", { body }));
    client.setQueryData(collections.queryKey, (list) => [...(list ?? []), res]);
    currentId.write(res.id);
    return res;
  };
}

export interface Collecting {
  current: Collection | undefined;
  members: ReadonlySet<number>;
  /** Puts them in, or takes them out when all are in; asks for a collection when there is none. */
  toggle: (ids: readonly number[]) => void;
  /** Pictures for which a collection must be made first; nothing while nobody asks for one. */
  asked: readonly number[] | undefined;
  ask: () => void;
  cancel: () => void;
  /** Makes a collection, chooses it and puts in what was asked for. Throws in the server's words. */
  make: (title: string) => Promise<void>;
}

export function useCollect(): Collecting {
  const current = useCurrentCollection();
  const set = useMembers(current);
  const { mutate } = useChange();
  const make = useMake();
  const [asked, setAsked] = useState<readonly number[]>();
  const change = useCallback(
    (one: Change) => {
      const said = one.isIn ? words.added : words.removed;
      const undo = () => mutate({ ...one, isIn: !one.isIn });
      const onSuccess = () =>
        say(said(one.ids.length, one.collection.title), { action: { label: strings.parts.undo, run: undo } });
      mutate(one, { onSuccess });
    },
    [mutate],
  );
  const toggle = useCallback(
    (ids: readonly number[]) => {
      if (ids.length === 0) return;
      if (current) change({ collection: current, ...toChange(set, ids) });
      else setAsked(ids);
    },
    [change, current, set],
  );
  return useMemo(
    () => ({
      current,
      members: set,
      toggle,
      asked,
      ask: () => setAsked([]),
      cancel: () => setAsked(undefined),
      make: async (title) => {
        const collection = await make(title);
        setAsked(undefined);
        if (asked && asked.length > 0) change({ collection, ids: asked, isIn: true });
      },
    }),
    [current, set, toggle, asked, make, change],
  );
}
