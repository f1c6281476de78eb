/** Collections: what is asked of them, and what is changed. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { person } from "../state/person";
import { answer, api } from "./client";
import { NAMES, queryClient } from "./queries";
import type { Collection } from "./types";

/** A collection with the number of its media. */
export type Counted = Collection & { count: number };

/** Pictures of a page. */
const PAGE = 200;
/** Pictures on the cover of a collection. */
const COVER = 4;
/** Most media of one request that changes, and of one that asks. */
const MOST_NAMED = 10_000;
const MOST_ASKED = 1_000;

/** As people have arranged them, or by the time they were put there. */
export const MEMBER_ORDERS = ["hand", "asc", "desc"] as const;
export type MemberOrder = (typeof MEMBER_ORDERS)[number];

const sorting = (order: MemberOrder) =>
  order === "hand" ? ({ sort: "position", order: "asc" } as const) : ({ sort: "date", order } as const);

const ofOne = (id: number) => [NAMES.collections, "one", id] as const;

/** All of them, the latest change first. */
export const collections = queryOptions({
  queryKey: [NAMES.collections, "list"],
  queryFn: async ({ signal }): Promise<Counted[]> => {
    const { res, counts } = await answer(api.GET("/api/v1/collection", { signal }));
    const count = new Map(counts.map((one) => [one.collection_id, one.count]));
    const changed = ({ updated_at, created_at }: Collection) => Date.parse(updated_at ?? created_at);
    const all = res.map((one) => ({ ...one, count: count.get(one.id) ?? 0 }));
    return all.sort((one, other) => changed(other) - changed(one) || other.id - one.id);
  },
});

const members = (id: number, order: MemberOrder, offset: number, limit: number, signal: AbortSignal) =>
  answer(
    api.GET("/api/v1/collection/{id}/media", {
      params: { path: { id }, query: { offset, limit, ...sorting(order) } },
      signal,
    }),
  );

/** The pictures of a collection, page by page. */
export const collectionMedia = (id: number, order: MemberOrder) =>
  infiniteQueryOptions({
    queryKey: [...ofOne(id), "media", order],
    queryFn: ({ pageParam, signal }) => members(id, order, pageParam, PAGE, signal),
    initialPageParam: 0,
    getNextPageParam: ({ offset, res, total }) =>
      offset + res.length < total && res.length > 0 ? offset + res.length : undefined,
  });

/** The first few pictures of a collection. */
export const cover = (id: number) =>
  queryOptions({
    queryKey: [...ofOne(id), "cover"],
    queryFn: ({ signal }) => members(id, "hand", 0, COVER, signal).then(({ res }) => res.map(({ media }) => media)),
  });

/** Its archives, the newest first. */
export const collectionExports = (id: number) =>
  queryOptions({
    queryKey: [...ofOne(id), "exports"],
    queryFn: ({ signal }) =>
      answer(api.GET("/api/v1/collection/{id}/exports", { params: { path: { id } }, signal })).then(({ res }) => res),
  });

/** All views of collections ask again, and those of single pictures, which tell what these are in. */
export async function refreshCollections(): Promise<void> {
  const names = [[NAMES.collections], [NAMES.media, "id"]];
  await Promise.all(names.map((queryKey) => queryClient.invalidateQueries({ queryKey })));
}

export interface CollectionParts {
  title: string;
  notes: string;
}

export async function createCollection({ title, notes }: CollectionParts): Promise<Collection> {
  const body = { title, notes, username: person.read() };
  return (await answer(api.POST("/api/v1/collection", { body }))).res;
}

export async function changeCollection(
  id: number,
  change: Partial<CollectionParts & { archived: boolean }>,
): Promise<Collection> {
  return (await answer(api.PUT("/api/v1/collection/{id}", { params: { path: { id } }, body: change }))).res;
}

export async function deleteCollection(id: number): Promise<void> {
  await answer(api.DELETE("/api/v1/collection/{id}", { params: { path: { id } } }));
}

/** In parts that one request takes. */
function parts(ids: readonly number[]): number[][] {
  const count = Math.ceil(ids.length / MOST_NAMED);
  return Array.from({ length: count }, (_, number) => ids.slice(number * MOST_NAMED, (number + 1) * MOST_NAMED));
}

/** Puts pictures in and answers those that were not in before. */
export async function addMedia(id: number, mediaIds: readonly number[]): Promise<number[]> {
  const added: number[] = [];
  for (const media_ids of parts(mediaIds)) {
    const body = { media_ids, username: person.read() };
    const { res } = await answer(api.POST("/api/v1/collection/{id}/media", { params: { path: { id } }, body }));
    for (const { media_id, is_new } of [res].flat()) if (is_new) added.push(media_id);
  }
  return added;
}

/** Takes pictures out; what somebody else has taken out meanwhile is out all the same. */
export async function removeMedia(id: number, mediaIds: readonly number[]): Promise<void> {
  for (const media_ids of parts(mediaIds)) {
    const params = { path: { id } };
    await answer(api.POST("/api/v1/collection/{id}/media/remove", { params, body: { media_ids } }));
  }
}

/** Puts pictures back that were taken out, as they were: in their place, with their notes, names and times. */
export async function putBackMedia(id: number, mediaIds: readonly number[]): Promise<void> {
  for (const media_ids of parts(mediaIds)) {
    const params = { path: { id } };
    await answer(api.POST("/api/v1/collection/{id}/media/restore", { params, body: { media_ids } }));
  }
}

/** Moves pictures in the order made by hand: before another one, or to the end. */
export async function arrangeMedia(id: number, mediaIds: readonly number[], before: number | null): Promise<void> {
  for (const media_ids of parts(mediaIds)) {
    const params = { path: { id } };
    await answer(api.PUT("/api/v1/collection/{id}/order", { params, body: { media_ids, before } }));
  }
}

/** Those of some pictures that are in a collection. */
export async function containedIn(id: number, ids: readonly number[], signal?: AbortSignal): Promise<number[]> {
  const found: number[] = [];
  for (let first = 0; first < ids.length; first += MOST_ASKED) {
    const body = { ids: ids.slice(first, first + MOST_ASKED) };
    const options = { params: { path: { id } }, body, ...(signal && { signal }) };
    found.push(...(await answer(api.POST("/api/v1/collection/{id}/contains", options))).res);
  }
  return found;
}

/** What there is to say about a picture of a collection; nothing takes it away. */
export async function noteMedium(id: number, media_id: number, notes: string): Promise<void> {
  const params = { path: { id, media_id } };
  const body = { notes: notes.trim() === "" ? null : notes };
  await answer(api.PUT("/api/v1/collection/{id}/media/{media_id}", { params, body }));
}

/** Starts a task that writes an archive; answers its uuid. */
export async function startExport(id: number): Promise<string> {
  const params = { path: { id }, query: { job: "1", username: person.read() } };
  const started = await answer(api.GET("/api/v1/collection/{id}/export", { params }));
  return "uuid" in started ? started.uuid : "";
}

export async function deleteExport(id: number, name: string): Promise<void> {
  await answer(api.DELETE("/api/v1/collection/{id}/exports/{name}", { params: { path: { id, name } } }));
}
