/** The hits of a search, page by page. */
import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { canFilter } from "../../api/abilities";
import { answer, api } from "../../api/client";
import { NAMES, queryClient } from "../../api/queries";
import type { ExampleShown, QueryShown, SearchAnswer } from "../../api/types";
import type { Example } from "./examples";
import { asked, bodyFields, exampleFields, fields, isCombined } from "./request";
import type { SearchState } from "./state";

const PAGE = 60;
/** Most that a reload loads at once; the rest comes as one scrolls. */
const MOST_AT_ONCE = 1_200;

interface Wanted {
  query: Example;
  state: SearchState;
}

interface Page {
  offset: number;
  limit: number;
}

/** The picture that is searched with; of several examples the first. */
export function pictureOf(query: QueryShown): Pick<ExampleShown, "media" | "upload"> {
  return query.examples?.[0] ?? query;
}

/** Which picture a seed means: asked once, because it is another one as soon as the library grows. */
const seeded = (seed: string) =>
  queryOptions({
    queryKey: [NAMES.search, "seed", seed],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async ({ signal }): Promise<Example> => {
      const params = { path: { seed }, query: { limit: 1 } };
      const { query } = await answer(api.GET("/api/v1/search/random/{seed}", { params, signal }));
      return { kind: "media", which: `${query.media?.id}` };
    },
  });

/** One of several examples must have a number. */
function named(query: Example): Promise<Example> | Example {
  return query.kind === "random" ? queryClient.ensureQueryData(seeded(query.which)) : query;
}

async function combined({ query, state }: Wanted, page: Page, signal: AbortSignal): Promise<SearchAnswer> {
  const examples = exampleFields(await named(query), state);
  const body = { examples, ...bodyFields(state, canFilter), ...page, reading: true };
  return answer(api.POST("/api/v1/search", { body, signal }));
}

function ask(wanted: Wanted, page: Page, signal: AbortSignal): Promise<SearchAnswer> {
  const { query: example, state } = wanted;
  if (isCombined(state)) return combined(wanted, page, signal);
  const { kind, which } = example;
  const query = { ...page, ...fields(state, canFilter), ...state.region, reading: "1" as const };
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
