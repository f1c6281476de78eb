/** How much there is, how full the disk is, how fast work goes. */
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { answer, api } from "./client";
import type { Minute } from "./types";

/** How often the numbers are asked for while they are looked at, in milliseconds. */
const ASK_MS = 10_000;
/** A series changes by the minute; its last minute still grows. */
const ASK_SERIES_MS = 15_000;

export const SERIES = ["search", "extract", "import"] as const;
export type SeriesName = (typeof SERIES)[number];

export const status = queryOptions({
  queryKey: ["status"],
  queryFn: ({ signal }) => answer(api.GET("/api/v1/status", { signal })).then(({ res }) => res),
  refetchInterval: ASK_MS,
  staleTime: ASK_MS / 2,
});

/** What was done in each of the last minutes, oldest first. */
export const series = (name: SeriesName, minutes: number) =>
  queryOptions({
    queryKey: ["status", "series", name, minutes],
    queryFn: ({ signal }): Promise<Minute[]> =>
      answer(api.GET("/api/v1/status/series", { params: { query: { name, minutes } }, signal })).then(({ res }) => res),
    refetchInterval: ASK_SERIES_MS,
    staleTime: ASK_SERIES_MS / 2,
    placeholderData: keepPreviousData,
  });
