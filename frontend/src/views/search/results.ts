/** The hits of a search, page by page. */
import { infiniteQueryOptions } from "@tanstack/react-query";
import { answer, api } from "../../api/client";
import { NAMES } from "../../api/queries";
import type { SearchAnswer } from "../../api/types";
import type { Kind } from "../../state/searchWith";
import type { SearchState } from "./state";

const PAGE = 60;

interface Wanted {
  kind: Kind;
  which: string;
  state: SearchState;
}

function ask({ kind, which, state }: Wanted, offset: number, signal: AbortSignal): Promise<SearchAnswer> {
  const query = {
    offset,
    limit: PAGE,
    ...(state.feature !== undefined && { feature: state.feature }),
    ...state.region,
  };
  switch (kind) {
    case "media":
      return answer(api.GET("/api/v1/search/media/{id}", { params: { path: { id: Number(which) }, query }, signal }));
    case "upload":
      return answer(api.GET("/api/v1/search/upload/{id}", { params: { path: { id: Number(which) }, query }, signal }));
    case "random":
      return answer(api.GET("/api/v1/search/random/{seed}", { params: { path: { seed: which }, query }, signal }));
    case "sha256":
      return answer(api.GET("/api/v1/search/sha256/{hash}", { params: { path: { hash: which }, query }, signal }));
  }
}

export const results = (wanted: Wanted) =>
  infiniteQueryOptions({
    queryKey: [NAMES.search, wanted],
    queryFn: ({ pageParam, signal }) => ask(wanted, pageParam, signal),
    initialPageParam: 0,
    getNextPageParam: ({ query, res }) => (res.length < query.limit ? undefined : query.offset + res.length),
  });
