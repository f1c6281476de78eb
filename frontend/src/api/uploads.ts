/** Pictures that people sent in to search with: lists of them, taking them back, putting them into the library. */
import { type InfiniteData, infiniteQueryOptions, keepPreviousData } from "@tanstack/react-query";
import { answer, api } from "./client";
import { ApiError, isAborted, refusal, Unreachable } from "./errors";
import { NAMES, queryClient } from "./queries";
import { reportReached, reportUnreachable } from "./reach";
import { send } from "./send";
import type { Media, Upload } from "./types";

/** Pictures of a page. */
const PAGE = 200;
const LISTS = [NAMES.uploads, "list"] as const;

export interface UploadPage {
  res: readonly Upload[];
  offset: number;
  total: number;
}

/** `username` empty: of everybody. */
export const uploads = (username: string, order: "asc" | "desc") =>
  infiniteQueryOptions({
    queryKey: [...LISTS, username, order],
    queryFn: ({ pageParam, signal }): Promise<UploadPage> => {
      const query = { offset: pageParam, limit: PAGE, sort: "date" as const, order, ...(username && { username }) };
      return answer(api.GET("/api/v1/upload", { params: { query }, signal }));
    },
    initialPageParam: 0,
    getNextPageParam: ({ offset, res, total }: UploadPage) =>
      offset + res.length < total && res.length > 0 ? offset + res.length : undefined,
    placeholderData: keepPreviousData,
  });

type Pages = InfiniteData<UploadPage, number>;

/** A list without some of them, page by page, with the total that it has then. */
export function without(pages: Pages, ids: ReadonlySet<number>): Pages {
  const gone = pages.pages.reduce((sum, { res }) => sum + res.filter(({ id }) => ids.has(id)).length, 0);
  const kept = pages.pages.map((page) => ({
    ...page,
    res: page.res.filter(({ id }) => !ids.has(id)),
    total: page.total - gone,
  }));
  return { ...pages, pages: kept };
}

const isGone = (error: unknown) => error instanceof ApiError && error.isMissing;

async function deleteOne(id: number): Promise<void> {
  await answer(api.DELETE("/api/v1/upload/{id}", { params: { path: { id } } })).catch((error) => {
    // What somebody else has deleted meanwhile is deleted all the same.
    if (!isGone(error)) throw error;
  });
}

/** Deletes; the lists show it at once. What the server refuses is shown again, and its refusal thrown. */
export async function deleteUploads(ids: readonly number[]): Promise<void> {
  await queryClient.cancelQueries({ queryKey: LISTS });
  const before = queryClient.getQueriesData<Pages>({ queryKey: LISTS });
  const gone = new Set(ids);
  queryClient.setQueriesData<Pages>({ queryKey: LISTS }, (pages) => pages && without(pages, gone));
  try {
    for (const id of ids) await deleteOne(id);
  } catch (error) {
    for (const [key, pages] of before) queryClient.setQueryData(key, pages);
    throw error;
  } finally {
    void queryClient.invalidateQueries({ queryKey: [NAMES.uploads] });
  }
}

/** The bytes of an upload, as they were sent: what is deleted can be sent again with them. */
export async function bytesOf({ url }: Upload): Promise<Blob> {
  const response = await fetch(url).catch((error) => {
    if (isAborted(error)) throw error;
    reportUnreachable();
    throw new Unreachable(String(error));
  });
  reportReached();
  if (!response.ok) throw refusal(response.status, await response.json().catch(() => undefined));
  return response.blob();
}

/** Sends the bytes of an upload again, in the name of who sent it first. It gets a new number. */
export async function sendAgain({ username, ext, sha256 }: Upload, bytes: Blob): Promise<void> {
  const form = new FormData();
  form.append("username", username);
  form.append("image", bytes, `${sha256}${ext}`);
  await send("/api/v1/upload/", form);
  void queryClient.invalidateQueries({ queryKey: [NAMES.uploads] });
}

/** Puts the picture of an upload into the library; answers its medium. */
export async function promote(id: number): Promise<Media> {
  const { res } = await answer(api.POST("/api/v1/upload/{id}/promote", { params: { path: { id } } }));
  void queryClient.invalidateQueries({ queryKey: [NAMES.media] });
  return res;
}
