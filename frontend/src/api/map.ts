/** Maps of the library, and what marks pictures on them. */
import { queryOptions } from "@tanstack/react-query";
import { answer, api } from "./client";
import { orNothing } from "./features";
import { placesOf } from "./places";
import { NAMES } from "./queries";
import type { MapHead } from "./types";

/** Rows of one request, and most requests for one set of pictures. */
const PAGE = 1000;
const MOST_PAGES = 20;

/** How the map of a feature was made; `null` when it never was. */
export const mapHead = (feature: number) =>
  queryOptions({
    queryKey: [NAMES.features, "map", feature],
    queryFn: ({ signal }): Promise<MapHead | null> =>
      answer(api.GET("/api/v1/feature/{id}/map", { params: { path: { id: feature } }, signal })).then(
        ({ res }) => res,
        orNothing,
      ),
  });

/** The places on a map. A map never changes: another one has another time. */
export const mapPlaces = ({ feature, made_at_iso }: MapHead) =>
  queryOptions({
    queryKey: ["places", feature, made_at_iso],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async ({ signal }) => {
      const params = { path: { id: feature } };
      const asked = api.GET("/api/v1/feature/{id}/map.bin", { params, parseAs: "arrayBuffer", signal });
      return placesOf(await answer(asked));
    },
  });

interface Page {
  ids: readonly number[];
  total: number;
}

/** All numbers of a list in pages, or as many as are worth it. */
async function gathered(ask: (offset: number) => Promise<Page>): Promise<ReadonlySet<number>> {
  const all = new Set<number>();
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const { ids, total } = await ask(page * PAGE);
    for (const id of ids) all.add(id);
    if (ids.length === 0 || (page + 1) * PAGE >= total) break;
  }
  return all;
}

/** Pictures that people call graphic. */
export const graphicIds = queryOptions({
  queryKey: [NAMES.media, "graphic ids"],
  queryFn: ({ signal }) =>
    gathered(async (offset) => {
      const query = { graphic: "1" as const, offset, limit: PAGE };
      const { res, total } = await answer(api.GET("/api/v1/media", { params: { query }, signal }));
      return { ids: res.map(({ id }) => id), total };
    }),
});

/** Pictures of a collection. */
export const memberIds = (id: number) =>
  queryOptions({
    queryKey: [NAMES.collections, "one", id, "ids"],
    queryFn: ({ signal }) =>
      gathered(async (offset) => {
        const params = { path: { id }, query: { offset, limit: PAGE } };
        const { res, total } = await answer(api.GET("/api/v1/collection/{id}/media", { params, signal }));
        return { ids: res.map(({ media_id }) => media_id), total };
      }),
  });
