/** What is in the current collection, for marks on pictures: shown at once as it changes, rolled back when the server refuses. */
import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect } from "react";
import { addMedia, containedIn, refreshCollections, removeMedia } from "../../api/collections";
import { NAMES } from "../../api/queries";
import { useKept } from "../../state/kept";
import { strings } from "../../strings";
import { say } from "../toasts";
import { type Current, choose, current } from "./collecting";

const words = strings.collect;

type Ids = ReadonlySet<number>;
const NONE: Ids = new Set();

/** Of each collection the pictures that views have shown: only of these it is asked whether they are in. */
const shown = new Map<number, Set<number>>();

function shownWith(id: number): Set<number> {
  const known = shown.get(id) ?? new Set();
  shown.set(id, known);
  return known;
}

const members = (id: number) =>
  queryOptions({
    queryKey: [NAMES.collections, "members", id],
    queryFn: async ({ signal }): Promise<Ids> => {
      const known = shownWith(id);
      // What comes into sight meanwhile is asked for too.
      for (;;) {
        const count = known.size;
        const found = await containedIn(id, [...known], signal);
        if (known.size === count) return new Set(found);
      }
    },
  });

export function changed(set: Ids, ids: readonly number[], isIn: boolean): Ids {
  const next = new Set(set);
  for (const id of ids) {
    if (isIn) next.add(id);
    else next.delete(id);
  }
  return next;
}

/** What `c` does with some pictures: in, unless all of them are. Only those that change. */
export function toChange(set: Ids, ids: readonly number[]): { ids: readonly number[]; isIn: boolean } {
  const missing = ids.filter((id) => !set.has(id));
  return missing.length > 0 ? { ids: missing, isIn: true } : { ids, isIn: false };
}

interface Change {
  to: Current;
  ids: readonly number[];
  isIn: boolean;
}

function useChange() {
  const client = useQueryClient();
  const show = ({ to, ids }: Change, isIn: boolean) =>
    client.setQueryData<Ids>(members(to.id).queryKey, (set) => changed(set ?? NONE, ids, isIn));
  return useMutation({
    mutationFn: async ({ to, ids, isIn }: Change) => void (await (isIn ? addMedia : removeMedia)(to.id, ids)),
    onMutate: async (change) => {
      await client.cancelQueries({ queryKey: members(change.to.id).queryKey });
      show(change, change.isIn);
    },
    onError: (error, change) => {
      show(change, !change.isIn);
      say(words.unchanged(error.message), { kind: "bad" });
    },
    onSettled: () => void refreshCollections(),
  });
}

export interface Membership {
  members: Ids;
  /** Into the current collection, or out of it when all are in; the first time one is asked which it is. */
  toggle: (ids: readonly number[]) => void;
}

/** Asks again when pictures are shown of which it is not known yet whether they are in. */
function useShown(id: number | undefined, ids: readonly number[]): void {
  const client = useQueryClient();
  useEffect(() => {
    if (id === undefined) return;
    const known = shownWith(id);
    const before = known.size;
    for (const one of ids) known.add(one);
    if (known.size > before) void client.invalidateQueries({ queryKey: members(id).queryKey });
  }, [client, id, ids]);
}

/** `ids`: the pictures that are shown; keep the list the same while they are. */
export function useMembership(ids: readonly number[]): Membership {
  const [to] = useKept(current);
  // Before it is asked: the first question is about these already.
  useShown(to?.id, ids);
  const set = useQuery({ ...members(to?.id ?? 0), enabled: to !== undefined && to !== null }).data ?? NONE;
  const { mutate } = useChange();
  const toggle = useCallback(
    (some: readonly number[]) => {
      if (some.length === 0) return;
      if (!to) return choose(some);
      const change: Change = { to, ...toChange(set, some) };
      const said = change.isIn ? words.added : words.removed;
      const undo = () => mutate({ ...change, isIn: !change.isIn });
      const onSuccess = () =>
        say(said(change.ids.length, to.title), { kind: "good", action: { label: strings.parts.undo, run: undo } });
      mutate(change, { onSuccess });
    },
    [mutate, set, to],
  );
  return { members: set, toggle };
}
