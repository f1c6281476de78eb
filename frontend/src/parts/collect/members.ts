/** What is in the current collection, for marks on pictures: shown at once as it changes, rolled back when the server refuses. */
import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { answer, api } from "../../api/client";
import { addMedia, refreshCollections, removeMedia } from "../../api/collections";
import { NAMES } from "../../api/queries";
import { useKept } from "../../state/kept";
import { strings } from "../../strings";
import { say } from "../toasts";
import { type Current, choose, current } from "./collecting";

const words = strings.collect;
const PAGE = 1_000;
/** Beyond this many, pictures are no longer marked; putting one in twice is harmless. */
const MOST_MARKED = 20_000;

type Ids = ReadonlySet<number>;
const NONE: Ids = new Set();

async function membersOf(id: number, signal: AbortSignal): Promise<Ids> {
  const ids = new Set<number>();
  for (let offset = 0; offset < MOST_MARKED; offset += PAGE) {
    const params = { path: { id }, query: { offset, limit: PAGE } };
    const { res } = await answer(api.GET("/api/v1/collection/{id}/media", { params, signal }));
    for (const link of res) ids.add(link.media_id);
    if (res.length < PAGE) break;
  }
  return ids;
}

const members = (id: number) =>
  queryOptions({
    queryKey: [NAMES.collections, "members", id],
    queryFn: ({ signal }) => membersOf(id, signal),
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

export function useMembership(): Membership {
  const [to] = useKept(current);
  const set = useQuery({ ...members(to?.id ?? 0), enabled: to !== undefined && to !== null }).data ?? NONE;
  const { mutate } = useChange();
  const toggle = useCallback(
    (ids: readonly number[]) => {
      if (ids.length === 0) return;
      if (!to) return choose(ids);
      const change: Change = { to, ...toChange(set, ids) };
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
