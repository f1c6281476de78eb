/** Tasks as the view that starts them sees them: those that run now with what they were asked to do, and the last that are over. */
import { queryOptions, useQuery } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { answer, api } from "./client";
import { OVER, unfinishedJobs } from "./jobs";
import { type Live, useLive } from "./live";
import { NAMES } from "./queries";
import type { Job, Progress } from "./types";

export type TaskName = "download_model" | "evaluate_index" | "map" | "update_index";

/** A task that waits or runs. */
export interface Run {
  uuid: string;
  status: Job["status"];
  params: Readonly<Record<string, unknown>>;
  progress: Progress | undefined;
}

/** Jobs of one look at the history. */
const MOST = 100;
/** Without a live line the server is asked. */
const ASK_MS = 2_000;

/** The last tasks of a kind that are over, the newest first. */
export const lastJobs = (name: TaskName) =>
  queryOptions({
    queryKey: [NAMES.jobs, "last", name],
    queryFn: async ({ signal }) => {
      const query = { status: OVER.join(","), task_name: name, limit: MOST };
      const { res } = await answer(api.GET("/api/v1/task/history", { params: { query }, signal }));
      return res.filter(({ task_name }) => task_name === name);
    },
  });

export function paramsOf({ params }: Pick<Job, "params">): Run["params"] {
  return typeof params === "object" && params !== null ? (params as Run["params"]) : {};
}

/** The record with what the live line has told since; nothing when that says that it is over. */
export function asItIs(job: Job, { connection, tasks }: Live): Run | undefined {
  const live = tasks.get(job.uuid);
  if (connection === "on" && !live) return undefined;
  const { uuid, progress } = job;
  // That a task is to stop is only in its record.
  const status = job.status === "cancelling" ? job.status : (live?.status ?? job.status);
  return { uuid, params: paramsOf(job), status, progress: live?.progress ?? progress };
}

/** The tasks of a kind that wait or run, as it happens. The live line knows no parameters: they are in the records. */
export function useRuns(name: TaskName): readonly Run[] {
  const live = useLive();
  const isLive = live.connection === "on";
  const known = [...live.tasks.values()].filter(({ taskName }) => taskName === name).map(({ uuid }) => uuid);
  const told = known.sort().join();
  const { data, refetch } = useQuery({ ...unfinishedJobs(name), refetchInterval: isLive ? false : ASK_MS });
  useEffect(() => {
    if (told) void refetch();
  }, [told, refetch]);
  return useMemo(
    () => (data ?? []).filter(({ task_name }) => task_name === name).flatMap((job) => asItIs(job, live) ?? []),
    [data, live, name],
  );
}
