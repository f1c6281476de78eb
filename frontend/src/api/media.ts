/** Media of the library: lists of them, and deleting and restoring. */
import { type InfiniteData, infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { answer, api } from "./client";
import { medium, NAMES, queryClient } from "./queries";
import type { Media, MediaFull } from "./types";

/** Pictures of a page of a list. */
const PAGE = 200;
/** Most media of one request that deletes or restores. */
const MOST_MARKED = 1000;

/** What a list is narrowed to, and its order. */
export interface Wanted {
  type: "image" | "video" | "video_frame" | undefined;
  /** Part of the name of the file. */
  name: string;
  collection: number | undefined;
  /** Seen by a detector; lists by label know no other filter. */
  label: string;
  /** Days, `2026-01-31`; both are included. */
  since: string;
  until: string;
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
  /** When the media of the whole list are from; servers that do not tell leave it empty. */
  months: readonly Month[];
}

const LISTS = [NAMES.media, "list"] as const;

async function byLabel(label: string, offset: number, signal: AbortSignal): Promise<MediaPage> {
  const params = { path: { label }, query: { offset, limit: PAGE } };
  const { res, total } = await answer(api.GET("/api/v1/detection/label/{label}", { params, signal }));
  return { media: res.map(({ media }) => media), offset, total, months: [] };
}

async function byFilter(wanted: Wanted, offset: number, signal: AbortSignal): Promise<MediaPage> {
  const { type, name, collection, since, until, order, isTrash } = wanted;
  const query = {
    offset,
    limit: PAGE,
    sort: "date" as const,
    order,
    ...(type && { type }),
    ...(name && { name }),
    ...(collection !== undefined && { collection_id: collection }),
    ...(since && { since }),
    ...(until && { until }),
    ...(isTrash && { deleted: "1" as const }),
  };
  const told = await answer(api.GET("/api/v1/media", { params: { query }, signal }));
  const { years = [] } = told as { years?: Month[] };
  return { media: told.res, offset, total: told.total, months: years };
}

/** The library, or a part of it, by the time of import. */
export const mediaFound = (wanted: Wanted) =>
  infiniteQueryOptions({
    queryKey: [...LISTS, wanted],
    queryFn: ({ pageParam, signal }) =>
      wanted.label ? byLabel(wanted.label, pageParam, signal) : byFilter(wanted, pageParam, signal),
    initialPageParam: 0,
    getNextPageParam: ({ offset, media, total }: MediaPage) =>
      offset + media.length < total && media.length > 0 ? offset + media.length : undefined,
    placeholderData: keepPreviousData,
  });

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

/** What newer servers tell besides; of the others it is unknown. */
export interface Extras {
  exif: readonly { group: string; name: string; value: string }[] | undefined;
  isGraphic: boolean | undefined;
}

export function extrasOf(full: MediaFull): Extras {
  const { exif } = full as Partial<Pick<Extras, "exif">>;
  const { graphic } = full.el as { graphic?: boolean };
  return { exif, isGraphic: graphic };
}

type Untyped = { PATCH: (path: string, options: object) => ReturnType<typeof api.DELETE> };

/** Says whether people may not want to see it unasked. */
export async function markGraphic(id: number, graphic: boolean): Promise<void> {
  const { PATCH } = api as unknown as Untyped;
  await PATCH("/api/v1/media/id/{id}", { params: { path: { id } }, body: { graphic } });
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
