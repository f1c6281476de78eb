/** Collections: what is asked of them, and what is changed. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { person } from "../state/person";
import { answer, api } from "./client";
import { NAMES, queryClient } from "./queries";
import type { Collection, Link } from "./types";

/** A collection with the number of its media. */
export type Counted = Collection & { count: number };

/** Pictures of a page. */
const PAGE = 200;
/** Pictures on the cover of a collection. */
const COVER = 4;
/** Most media of one request that adds. */
const MOST_ADDED = 10_000;

export type MemberOrder = "asc" | "desc";

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
      params: { path: { id }, query: { offset, limit, sort: "date", order } },
      signal,
    }),
  );

/** The pictures of a collection, in the order in which they were put there or the other way round. */
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
    queryFn: ({ signal }) => members(id, "asc", 0, COVER, signal).then(({ res }) => res.map(({ media }) => media)),
  });

/** Its archives, the newest first. */
export const collectionExports = (id: number) =>
  queryOptions({
    queryKey: [...ofOne(id), "exports"],
    queryFn: ({ signal }) =>
      answer(api.GET("/api/v1/collection/{id}/exports", { params: { path: { id } }, signal })).then(({ res }) => res),
  });

/** All views of collections ask again. */
export function refreshCollections(): Promise<void> {
  return queryClient.invalidateQueries({ queryKey: [NAMES.collections] });
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

/** What this page itself has put in, and not taken out: of whole seconds, two in a row could not be told apart. */
const putIn = new Set<string>();
const nameOf = (id: number, mediaId: number) => `${id}:${mediaId}`;

/**
 * Puts pictures in and answers those that were not in before. A link that was made before this request began, by the server's
 * own clock, was there; its times have whole seconds.
 */
export async function addMedia(id: number, mediaIds: readonly number[]): Promise<number[]> {
  const added: number[] = [];
  for (let first = 0; first < mediaIds.length; first += MOST_ADDED) {
    const body = { media_ids: mediaIds.slice(first, first + MOST_ADDED), username: person.read() };
    const begun = performance.now();
    const exchange = await api.POST("/api/v1/collection/{id}/media", { params: { path: { id } }, body });
    const took = performance.now() - begun;
    const { res } = await answer(Promise.resolve(exchange));
    const now = Date.parse(exchange.response.headers.get("date") ?? "") || Date.now();
    const isNew = ({ created_at, media_id }: Link) =>
      !putIn.has(nameOf(id, media_id)) && Date.parse(created_at) >= now - took - 1000;
    const fresh = [res].flat().filter(isNew);
    for (const { media_id } of fresh) putIn.add(nameOf(id, media_id));
    added.push(...fresh.map(({ media_id }) => media_id));
  }
  return added;
}

const isGone = (error: unknown) => error instanceof Error && "isMissing" in error && error.isMissing === true;

/** One request each; one that somebody else has taken out meanwhile is out all the same. */
export async function removeMedia(id: number, mediaIds: readonly number[]): Promise<void> {
  for (const media_id of mediaIds) {
    putIn.delete(nameOf(id, media_id));
    const path = { id, media_id };
    await answer(api.DELETE("/api/v1/collection/{id}/media/{media_id}", { params: { path } })).catch((error) => {
      if (!isGone(error)) throw error;
    });
  }
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
