/** Media of the library: lists of them, and deleting and restoring. */
import { type InfiniteData, infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { answer, api } from "./client";
import { medium, NAMES, queryClient } from "./queries";
import type { Media } from "./types";

/** Pictures of a page of a list. */
const PAGE = 200;
/** Most media of one request that deletes or restores. */
const MOST_MARKED = 1000;

/** What a list is narrowed to, and its order. */
export interface Wanted {
  type: "image" | "video" | "video_frame" | undefined;
  /** Part of the name of the file, or of its path. */
  name: string;
  collection: number | undefined;
  /** Seen by a detector. */
  label: string;
  /** Days, `2026-01-31`; both are included. */
  since: string;
  until: string;
  /** Which date the days and the order mean. */
  date: "imported" | "captured";
  order: "asc" | "desc";
  isTrash: boolean;
}

/** Pictures of a month. */
export interface Month {
  /** `2026-11`. */
  month: string;
  count: number;
}

export interface MediaPage {
  media: readonly Media[];
  offset: number;
  total: number;
}

const LISTS = [NAMES.media, "list"] as const;

function filters({ type, name, collection, label, since, until, date, isTrash }: Wanted) {
  return {
    date,
    ...(type && { type }),
    ...(name && { name }),
    ...(collection !== undefined && { collection_id: collection }),
    ...(label && { label }),
    ...(since && { since }),
    ...(until && { until }),
    ...(isTrash && { deleted: "1" as const }),
  };
}

async function found(wanted: Wanted, offset: number, signal: AbortSignal): Promise<MediaPage> {
  const query = { ...filters(wanted), offset, limit: PAGE, sort: "date" as const, order: wanted.order };
  const { res, total } = await answer(api.GET("/api/v1/media", { params: { query }, signal }));
  return { media: res, offset, total };
}

/** The library, or a part of it, by date. */
export const mediaFound = (wanted: Wanted) =>
  infiniteQueryOptions({
    queryKey: [...LISTS, wanted],
    queryFn: ({ pageParam, signal }) => found(wanted, pageParam, signal),
    initialPageParam: 0,
    getNextPageParam: ({ offset, media, total }: MediaPage) =>
      offset + media.length < total && media.length > 0 ? offset + media.length : undefined,
    placeholderData: keepPreviousData,
  });

/** The months of a part of the library, whatever days are wanted: one can go from one month to another. */
export const mediaMonths = (wanted: Wanted) => {
  const query = filters({ ...wanted, since: "", until: "" });
  return queryOptions({
    queryKey: [NAMES.media, "months", query],
    queryFn: async ({ signal }): Promise<Month[]> => {
      const { res } = await answer(api.GET("/api/v1/media/months", { params: { query }, signal }));
      return res.flatMap(({ month, count }) => (month ? [{ month, count }] : []));
    },
    placeholderData: keepPreviousData,
  });
};

/** What detectors have seen in the library. */
export const detectors = queryOptions({
  queryKey: [NAMES.media, "detectors"],
  queryFn: ({ signal }) => answer(api.GET("/api/v1/detection", { signal })).then(({ res }) => res),
});

/** One medium, also one that is deleted. */
export const mediumAnyway = (id: number) =>
  queryOptions({
    queryKey: [...medium(id).queryKey, "anyway"],
    queryFn: ({ signal }) =>
      answer(api.GET("/api/v1/media/id/{id}", { params: { path: { id }, query: { deleted: "1" } }, signal })).then(
        ({ res }) => res,
      ),
  });

export const mediumBySha256 = (hash: string) =>
  queryOptions({
    queryKey: [NAMES.media, "sha256", hash],
    queryFn: ({ signal }) =>
      answer(api.GET("/api/v1/media/sha256/{hash}", { params: { path: { hash } }, signal })).then(({ res }) => res),
  });

/** What detectors saw in one medium; of those that are deleted nobody tells. */
export const seenIn = ({ id, deleted_at }: Media) =>
  queryOptions({
    enabled: deleted_at == null,
    queryKey: [NAMES.media, "seen", id],
    queryFn: ({ signal }) =>
      answer(api.GET("/api/v1/detection/media/{id}", { params: { path: { id } }, signal })).then(({ res }) => res),
  });

/** Other media with the bytes of this one. */
export const sameBytes = (id: number) =>
  queryOptions({
    queryKey: [NAMES.media, "same bytes", id],
    queryFn: ({ signal }) =>
      answer(api.GET("/api/v1/media", { params: { query: { duplicate_of: id } }, signal })).then(({ res }) => res),
  });

/** Says whether people may not want to see it unasked. */
export async function markGraphic(id: number, graphic: boolean): Promise<void> {
  await answer(api.PATCH("/api/v1/media/id/{id}", { params: { path: { id } }, body: { graphic } }));
  for (const name of [NAMES.media, NAMES.search]) void queryClient.invalidateQueries({ queryKey: [name] });
}

type Pages = InfiniteData<MediaPage, number>;

/** A list without some media, page by page, with the total that it has then. */
export function without(pages: Pages, ids: ReadonlySet<number>): Pages {
  const before = pages.pages.reduce((sum, { media }) => sum + media.length, 0);
  const kept = pages.pages.map((page) => ({ ...page, media: page.media.filter(({ id }) => !ids.has(id)) }));
  const gone = before - kept.reduce((sum, { media }) => sum + media.length, 0);
  return { ...pages, pages: kept.map((page) => ({ ...page, total: page.total - gone })) };
}

type Mark = "delete" | "restore";

async function mark(how: Mark, ids: readonly number[]): Promise<void> {
  for (let first = 0; first < ids.length; first += MOST_MARKED) {
    const body = { ids: ids.slice(first, first + MOST_MARKED) };
    await answer(
      how === "delete" ? api.POST("/api/v1/media/delete", { body }) : api.POST("/api/v1/media/restore", { body }),
    );
  }
}

/** Deletes or restores: the lists show it at once, and show it undone when the server refuses. */
export async function markMedia(how: Mark, ids: readonly number[]): Promise<void> {
  await queryClient.cancelQueries({ queryKey: LISTS });
  const before = queryClient.getQueriesData<Pages>({ queryKey: LISTS });
  const gone = new Set(ids);
  queryClient.setQueriesData<Pages>({ queryKey: LISTS }, (pages) => pages && without(pages, gone));
  try {
    await mark(how, ids);
  } catch (error) {
    for (const [key, pages] of before) queryClient.setQueryData(key, pages);
    throw error;
  } finally {
    for (const name of [NAMES.media, NAMES.search, NAMES.collections]) {
      // What is deleted is not asked for what was seen in it: nobody would tell.
      void queryClient.invalidateQueries({ queryKey: [name], predicate: ({ queryKey }) => queryKey[1] !== "seen" });
    }
  }
}
