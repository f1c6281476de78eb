/** The hits of one feature, loaded so far, without those that are not wanted. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo } from "react";
import type { Hit } from "../../api/types";
import type { Paging } from "../../parts/grid/types";
import { useKept } from "../../state/kept";
import { seen } from "../../state/seen";
import type { Example } from "./examples";
import { noiseFrom } from "./reading";
import { type QueryTold, results } from "./results";
import type { SearchState } from "./state";
import { graphics, isLeftOut } from "./veil";

const NOBODY: readonly number[] = [];

/** Those seen before this search was asked: what one looks at now stays where it is. */
function useSeenBefore(isUnseen: boolean, key: string): ReadonlySet<number> {
  // biome-ignore lint/correctness/useExhaustiveDependencies: another search, another moment
  return useMemo(() => new Set(isUnseen ? seen.read() : NOBODY), [isUnseen, key]);
}

/** Fewer than these do not fill a window: more are asked for, whatever was left out. */
const FEW = 24;

export interface Hits {
  list: ReturnType<typeof useHitList>;
  hits: readonly Hit[];
  loaded: number;
  hidden: number;
  query: QueryTold | undefined;
  paging: Paging;
  /** Place among `hits` from which on they are noise. */
  noise: number | undefined;
}

function useHitList(query: Example, state: SearchState) {
  return useInfiniteQuery(results({ query, state }));
}

export function useHits(query: Example, state: SearchState): Hits {
  const list = useHitList(query, state);
  const [how] = useKept(graphics);
  const before = useSeenBefore(state.isUnseen, `${query.kind}${query.which}${state.feature}`);
  const all = useMemo(() => list.data?.pages.flatMap(({ res }) => res) ?? [], [list.data]);
  const hits = useMemo(
    () => all.filter(({ id, media }) => !before.has(id) && !isLeftOut(media, how)),
    [all, before, how],
  );
  const load = useCallback(() => void list.fetchNextPage(), [list.fetchNextPage]);
  const paging = { hasMore: list.hasNextPage, isLoading: list.isFetchingNextPage, load };
  const isShort = hits.length < FEW && all.length > 0 && paging.hasMore && !paging.isLoading;
  useEffect(() => {
    if (isShort) load();
  }, [isShort, load]);
  const told = list.data?.pages[0]?.query as QueryTold | undefined;
  const noise = useMemo(
    () =>
      state.order === "score"
        ? noiseFrom(
            told?.reading ?? undefined,
            hits.map(({ score }) => score),
          )
        : undefined,
    [hits, told, state.order],
  );
  return { list, hits, loaded: all.length, hidden: all.length - hits.length, query: told, paging, noise };
}
