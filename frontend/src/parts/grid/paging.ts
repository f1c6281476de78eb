/** A list of the server that comes in pages, as grids and tables ask for the rest of it. */
import type { UseInfiniteQueryResult } from "@tanstack/react-query";
import type { Paging } from "./types";

type List = Pick<
  UseInfiniteQueryResult,
  "hasNextPage" | "isFetchingNextPage" | "isFetchNextPageError" | "fetchNextPage"
>;

export function pagingOf(list: List): Paging {
  return {
    hasMore: list.hasNextPage,
    isLoading: list.isFetchingNextPage,
    hasFailed: list.isFetchNextPageError,
    load: () => void list.fetchNextPage(),
  };
}

/** Whether the next page may be asked for unasked: what failed waits until somebody says so, or the server is back. */
export function mayLoad({ hasMore, isLoading, hasFailed }: Paging): boolean {
  return hasMore && !isLoading && !hasFailed;
}
