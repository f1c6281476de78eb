/** The collection that pictures go into, remembered by this browser, and what is in it. */
import { queryOptions, useQuery } from "@tanstack/react-query";
import { answer, api } from "../../api/client";
import { collections, NAMES } from "../../api/queries";
import type { Collection } from "../../api/types";
import { kept, useKept } from "../../state/kept";

const isNumberOrNull = (value: unknown): value is number | null => value === null || Number.isSafeInteger(value);

export const currentId = kept<number | null>("collection", null, isNumberOrNull);

const PAGE = 1_000;
/** Beyond this many, pictures are no longer marked as members; putting one in twice is harmless. */
const MOST_MARKED = 20_000;

async function membersOf(id: number, signal: AbortSignal): Promise<ReadonlySet<number>> {
  const ids = new Set<number>();
  for (let offset = 0; offset < MOST_MARKED; offset += PAGE) {
    const params = { path: { id }, query: { offset, limit: PAGE } };
    const { res } = await answer(api.GET("/api/v1/collection/{id}/media", { params, signal }));
    for (const link of res) ids.add(link.media_id);
    if (res.length < PAGE) break;
  }
  return ids;
}

/** Numbers of the media in a collection. */
export const members = (id: number) =>
  queryOptions({
    queryKey: [NAMES.collections, "members", id],
    queryFn: ({ signal }) => membersOf(id, signal),
  });

/** Nothing while none is chosen, or when the chosen one is gone or archived. */
export function useCurrentCollection(): Collection | undefined {
  const [id] = useKept(currentId);
  const list = useQuery(collections);
  return list.data?.find((one) => one.id === id);
}

const NONE: ReadonlySet<number> = new Set();

export function useMembers(collection: Collection | undefined): ReadonlySet<number> {
  const id = collection?.id ?? 0;
  return useQuery({ ...members(id), enabled: collection !== undefined }).data ?? NONE;
}
