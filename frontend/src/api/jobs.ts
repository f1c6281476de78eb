/** Tasks by their records: lists of them, one of them, what it could not do; asking for work, stopping it, asking again. */
import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { person } from "../state/person";
import { answer, api } from "./client";
import { NAMES, queryClient } from "./queries";
import type { FailedItem, Job, TaskKind } from "./types";

export type JobStatus = "queued" | "running" | "cancelling" | "done" | "failed" | "cancelled";

export const UNFINISHED: readonly JobStatus[] = ["queued", "running", "cancelling"];
export const OVER: readonly JobStatus[] = ["done", "failed", "cancelled"];

/** Rows of a page of the history, and of what failed. */
const PAGE = 50;
const FAILURES_PAGE = 200;
/** Tasks that wait or run; more are not drawn at once. */
const MOST_UNFINISHED = 1000;

const LISTS = [NAMES.jobs, "list"] as const;
const ONE = [NAMES.jobs, "one"] as const;

export function isOver({ status }: Pick<Job, "status">): boolean {
  return (OVER as readonly string[]).includes(status);
}

function page(statuses: readonly JobStatus[], kind: string, offset: number, limit: number, signal: AbortSignal) {
  const query = { status: statuses.join(","), offset, limit, ...(kind && { task_name: kind }) };
  return answer(api.GET("/api/v1/task/history", { params: { query }, signal }));
}

/** The kinds of tasks that can be asked for, by name. */
export const taskKinds = queryOptions({
  queryKey: ["task kinds"],
  staleTime: Number.POSITIVE_INFINITY,
  queryFn: async ({ signal }): Promise<readonly TaskKind[]> =>
    Object.values(await answer(api.GET("/api/v1/task", { signal }))),
});

/** What waits and runs; `kind` empty: of all kinds. */
export const unfinishedJobs = (kind: string) =>
  queryOptions({
    queryKey: [...LISTS, "unfinished", kind],
    queryFn: ({ signal }): Promise<Job[]> => page(UNFINISHED, kind, 0, MOST_UNFINISHED, signal).then(({ res }) => res),
    placeholderData: keepPreviousData,
  });

/** What is over, newest first. */
export const jobHistory = (statuses: readonly JobStatus[], kind: string) =>
  infiniteQueryOptions({
    queryKey: [...LISTS, "history", statuses.join(","), kind],
    queryFn: ({ pageParam, signal }) => page(statuses, kind, pageParam, PAGE, signal),
    initialPageParam: 0,
    getNextPageParam: ({ offset, res, total }) =>
      offset + res.length < total && res.length > 0 ? offset + res.length : undefined,
    placeholderData: keepPreviousData,
  });

export const job = (uuid: string) =>
  queryOptions({
    queryKey: [...ONE, uuid],
    queryFn: ({ signal }) =>
      answer(api.GET("/api/v1/task/job/{uuid}", { params: { path: { uuid } }, signal })).then(({ res }) => res),
  });

export const jobFailures = (uuid: string) =>
  infiniteQueryOptions({
    queryKey: [NAMES.jobs, "failures", uuid],
    queryFn: ({ pageParam, signal }) => {
      const params = { path: { uuid }, query: { offset: pageParam, limit: FAILURES_PAGE } };
      return answer(api.GET("/api/v1/task/job/{uuid}/failures", { params, signal }));
    },
    initialPageParam: 0,
    getNextPageParam: ({ offset, res, total }: { offset: number; res: FailedItem[]; total: number }) =>
      offset + res.length < total && res.length > 0 ? offset + res.length : undefined,
  });

/** Lines of a log after the one with this number, oldest first. */
export async function jobLog(uuid: string, after: number, limit: number) {
  const params = { path: { uuid }, query: { after, limit } };
  return (await answer(api.GET("/api/v1/task/job/{uuid}/log", { params }))).res;
}

/** All lists of tasks, and each task that is looked at, ask again. */
export function refreshJobs(): Promise<void> {
  return queryClient.invalidateQueries({ queryKey: [NAMES.jobs] });
}

/** Puts a change into every record of the task that this page has; answers how to take it back. */
function changeRecords(uuid: string, part: Partial<Job>): () => void {
  const own = job(uuid).queryKey;
  const lists = queryClient.getQueriesData<Job[]>({ queryKey: [...LISTS, "unfinished"] });
  const before = queryClient.getQueryData(own);
  if (before) queryClient.setQueryData(own, { ...before, ...part });
  for (const [key, jobs] of lists) {
    const changed = jobs?.map((one) => (one.uuid === uuid ? { ...one, ...part } : one));
    if (changed) queryClient.setQueryData(key, changed);
  }
  return () => {
    if (before) queryClient.setQueryData(own, before);
    for (const [key, jobs] of lists) queryClient.setQueryData(key, jobs);
  };
}

/** Asks a task to stop: shown at once, and taken back when the server refuses. */
export async function cancelJob(uuid: string): Promise<void> {
  await queryClient.cancelQueries({ queryKey: [NAMES.jobs] });
  const undo = changeRecords(uuid, { status: "cancelling" });
  try {
    await answer(api.POST("/api/v1/task/job/{uuid}/cancel", { params: { path: { uuid } } }));
  } catch (error) {
    undo();
    throw error;
  } finally {
    void refreshJobs();
  }
}

/** Does it once more, all of it or only what failed; answers the uuid of the new task. */
export async function retryJob(uuid: string, only_failed: boolean): Promise<string> {
  const started = await answer(
    api.POST("/api/v1/task/job/{uuid}/retry", { params: { path: { uuid } }, body: { only_failed } }),
  );
  void refreshJobs();
  return started.uuid;
}

export type TaskParams = Readonly<Record<string, string | number | boolean | readonly (string | number)[]>>;

/** Asks for work; answers the uuid of the task. */
export async function runTask(name: string, params: TaskParams): Promise<string> {
  // Which tasks there are is asked of the server, and not fixed here.
  const body = { task_name: name as never, params, username: person.read() };
  const started = await answer(api.POST("/api/v1/task/run", { body }));
  void refreshJobs();
  return started.uuid;
}
