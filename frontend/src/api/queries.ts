/** What is asked of the server in more than one view, with the names under which answers are kept. */
import { infiniteQueryOptions, QueryClient, queryOptions } from "@tanstack/react-query";
import { answer, api } from "./client";
import { ApiError } from "./errors";

const MOST_TRIES = 2;

/** A refusal is not asked again; a server that is busy or restarting is. */
function shouldRetry(failures: number, error: Error): boolean {
  return error instanceof ApiError && error.isPassing && failures < MOST_TRIES;
}

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      retry: shouldRetry,
      staleTime: 30_000,
      gcTime: 15 * 60_000,
      // The offline banner tells; asking goes on when the server is back.
      networkMode: "always",
      refetchOnWindowFocus: false,
    },
    mutations: { networkMode: "always" },
  },
});

/** First words of the names: `invalidate` what a change has touched. */
export const NAMES = {
  media: "media",
  search: "search",
  features: "features",
  models: "models",
  collections: "collections",
  jobs: "jobs",
  uploads: "uploads",
} as const;

export const mediaInfo = queryOptions({
  queryKey: [NAMES.media, "info"],
  queryFn: ({ signal }) => answer(api.GET("/api/v1/media/info", { signal })).then(({ res }) => res),
});

export const features = queryOptions({
  queryKey: [NAMES.features],
  queryFn: ({ signal }) => answer(api.GET("/api/v1/feature", { signal })).then(({ res }) => res),
});

export const models = queryOptions({
  queryKey: [NAMES.models],
  queryFn: ({ signal }) => answer(api.GET("/api/v1/modelzoo", { signal })).then(({ res }) => res),
});

export const medium = (id: number) =>
  queryOptions({
    queryKey: [NAMES.media, "id", id],
    queryFn: ({ signal }) =>
      answer(api.GET("/api/v1/media/id/{id}", { params: { path: { id } }, signal })).then(({ res }) => res),
  });

/** Pictures of a page of a list. */
const PAGE = 200;

/** Everything in the library, newest first. */
export const mediaList = infiniteQueryOptions({
  queryKey: [NAMES.media, "list"],
  queryFn: ({ pageParam, signal }) =>
    answer(
      api.GET("/api/v1/media", {
        params: { query: { offset: pageParam, limit: PAGE, sort: "id", order: "desc" } },
        signal,
      }),
    ),
  initialPageParam: 0,
  getNextPageParam: ({ offset, res, total }) =>
    offset + res.length < total && res.length > 0 ? offset + res.length : undefined,
});

/** What detectors saw in a picture. */
export const detections = (id: number) =>
  queryOptions({
    queryKey: [NAMES.media, "detections", id],
    queryFn: ({ signal }) =>
      answer(api.GET("/api/v1/detection/media/{id}", { params: { path: { id } }, signal })).then(({ res }) => res),
  });

/** Which detectors have looked at the library, and what they saw. */
export const detectors = queryOptions({
  queryKey: [NAMES.media, "detectors"],
  queryFn: ({ signal }) => answer(api.GET("/api/v1/detection", { signal })).then(({ res }) => res),
});

export const upload = (id: number) =>
  queryOptions({
    queryKey: [NAMES.uploads, "id", id],
    queryFn: ({ signal }) =>
      answer(api.GET("/api/v1/upload/{id}", { params: { path: { id } }, signal })).then(({ res }) => res),
  });
