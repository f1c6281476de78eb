/** The hits of a search, page by page. */
import { infiniteQueryOptions, keepPreviousData } from "@tanstack/react-query";
import { canFilter } from "../../api/abilities";
import { answer, api } from "../../api/client";
import { NAMES } from "../../api/queries";
import type { QueryShown, SearchAnswer } from "../../api/types";
import type { Example } from "./examples";
import type { Reading } from "./reading";
import { asked, exampleFields, fields, isCombined } from "./request";
import type { SearchState } from "./state";

const PAGE = 60;
/** Most that a reload loads at once; the rest comes as one scrolls. */
const MOST_AT_ONCE = 1_200;

/** What servers tell of a query besides what all do. */
export interface QueryTold extends QueryShown {
  /** Pictures that pass the filters. */
  total?: number | null;
  reading?: Reading | null;
}

interface Wanted {
  query: Example;
  state: SearchState;
}

interface Page {
  offset: number;
  limit: number;
}

function combined({ query, state }: Wanted, page: Page, signal: AbortSignal): Promise<SearchAnswer> {
  const body = { examples: exampleFields(query, state), ...fields(state, canFilter), ...page };
  // Known to servers that have the route at all: see `CAN_COMBINE`.
  return answer(api.POST("/api/v1/search" as never, { body, signal } as never) as never);
}

function ask(wanted: Wanted, page: Page, signal: AbortSignal): Promise<SearchAnswer> {
  const { query: example, state } = wanted;
  if (isCombined(state)) return combined(wanted, page, signal);
  const { kind, which } = example;
  const query = { ...page, ...fields(state, canFilter), ...state.region };
  const number = { path: { id: Number(which) }, query };
  switch (kind) {
    case "media":
      return answer(api.GET("/api/v1/search/media/{id}", { params: number, signal }));
    case "upload":
      return answer(api.GET("/api/v1/search/upload/{id}", { params: number, signal }));
    case "random":
      return answer(api.GET("/api/v1/search/random/{seed}", { params: { path: { seed: which }, query }, signal }));
    case "sha256":
      return answer(api.GET("/api/v1/search/sha256/{hash}", { params: { path: { hash: which }, query }, signal }));
  }
}

/** The next page, if the last one was full. */
function next({ query, res }: SearchAnswer): Page | undefined {
  return res.length < query.limit ? undefined : { offset: query.offset + res.length, limit: PAGE };
}

export const results = (wanted: Wanted) =>
  infiniteQueryOptions({
    queryKey: [NAMES.search, wanted.query.kind, wanted.query.which, asked(wanted.state)],
    queryFn: ({ pageParam, signal }) => ask(wanted, pageParam, signal),
    initialPageParam: { offset: 0, limit: Math.min(MOST_AT_ONCE, Math.max(PAGE, wanted.state.hits ?? 0)) },
    getNextPageParam: next,
    // While a part is moved the old hits stay, dimmed: nothing jumps.
    placeholderData: keepPreviousData,
  });
