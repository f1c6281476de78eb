/** The tasks that are shown: what is at work, as it happens, and page by page what is over. */
import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useRef } from "react";
import { jobHistory, OVER, unfinishedJobs } from "../../api/jobs";
import { type Live, useLive } from "../../api/live";
import { NAMES } from "../../api/queries";
import type { Job } from "../../api/types";
import { pagingOf } from "../../parts/grid/paging";
import type { Paging } from "../../parts/grid/types";
import { partsOf, type WorkState } from "./state";
import { atWork, once } from "./tasks";

/** While nothing is heard, it is asked for. */
const ASK_MS = 3_000;

/** Asks again as soon as a task begins to wait or to run; of ends the frame around the views hears. */
function useFreshLists({ tasks }: Live): void {
  const client = useQueryClient();
  const seen = useRef<ReadonlySet<string>>(undefined);
  useEffect(() => {
    const turns = new Set([...tasks.values()].map(({ uuid, status }) => `${uuid} ${status}`));
    const before = seen.current;
    seen.current = turns;
    if (before && [...turns].some((turn) => !before.has(turn))) {
      void client.invalidateQueries({ queryKey: [NAMES.jobs, "list"] });
    }
  }, [client, tasks]);
}

export interface Tasks {
  /** Nothing where that part is not wanted. */
  now: readonly Job[] | undefined;
  over: readonly Job[] | undefined;
  total: number;
  paging: Paging;
  isPending: boolean;
  /** That nothing can be shown, and why. */
  error: Error | null;
  askAgain: () => void;
}

export function useTasks(state: WorkState): Tasks {
  const live = useLive();
  const { now, over } = partsOf(state);
  const asking = { refetchInterval: live.connection === "on" ? (false as const) : ASK_MS };
  const unfinished = useQuery({ ...unfinishedJobs(state.kind), ...asking, enabled: now !== undefined });
  const history = useInfiniteQuery({
    ...jobHistory(over ?? OVER, state.kind),
    ...asking,
    enabled: over !== undefined,
  });
  useFreshLists(live);
  const pages = history.data?.pages;
  const recorded = useMemo(() => once(pages?.flatMap(({ res }) => res) ?? []), [pages]);
  const wanted = [...(now ? [unfinished] : []), ...(over ? [history] : [])];
  return {
    now: now && atWork(unfinished.data ?? [], live.tasks, state.kind, now),
    over: over && recorded,
    total: pages?.at(-1)?.total ?? 0,
    paging: pagingOf(history),
    isPending: wanted.some(({ isPending }) => isPending),
    error: wanted.find(({ data }) => data === undefined)?.error ?? null,
    askAgain: () => {
      for (const { refetch } of wanted) void refetch();
    },
  };
}
