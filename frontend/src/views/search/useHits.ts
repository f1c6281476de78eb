/** The hits of one feature, loaded so far, without those that are not wanted. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import type { Hit, QueryShown } from "../../api/types";
import { mayLoad, pagingOf } from "../../parts/grid/paging";
import type { Paging } from "../../parts/grid/types";
import { graphics, isLeftOut } from "../../parts/veil";
import { useKept } from "../../state/kept";
import { seen } from "../../state/seen";
import type { Example } from "./examples";
import { noiseFrom, type Reading, readingOf } from "./reading";
import { results } from "./results";
import type { SearchState } from "./state";

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
  query: QueryShown | undefined;
  reading: Reading | undefined;
  paging: Paging;
  /** Place among `hits` from which on they are noise. */
  noise: number | undefined;
}

function useHitList(query: Example, state: SearchState) {
  return useInfiniteQuery(results({ query, state }));
}

const numberOf = ({ id }: Hit) => id;

export function useHits(query: Example, state: SearchState): Hits {
  const list = useHitList(query, state);
  const [how] = useKept(graphics);
  const before = useSeenBefore(state.isUnseen, `${query.kind}${query.which}${state.feature}`);
  const all = useMemo(() => list.data?.pages.flatMap(({ res }) => res) ?? [], [list.data]);
  const hits = useMemo(
    () => all.filter(({ id, media }) => !before.has(id) && !isLeftOut(media, how)),
    [all, before, how],
  );
  const paging = pagingOf(list);
  const { fetchNextPage } = list;
  const isShort = hits.length < FEW && all.length > 0 && mayLoad(paging);
  useEffect(() => {
    if (isShort) void fetchNextPage();
  }, [isShort, fetchNextPage]);
  const reading = useMemo(() => readingOf(list.data?.pages ?? []), [list.data]);
  const isByScore = state.order === "score";
  const noise = useMemo(
    () => (isByScore ? noiseFrom(reading, all.map(numberOf), hits.map(numberOf)) : undefined),
    [isByScore, reading, all, hits],
  );
  const told = list.data?.pages[0]?.query;
  return { list, hits, loaded: all.length, hidden: all.length - hits.length, query: told, reading, paging, noise };
}
