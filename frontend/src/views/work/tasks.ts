/** Tasks as they are shown: their records, and what is heard of them as it happens. */
import { isOver, type JobStatus } from "../../api/jobs";
import type { LiveTask } from "../../api/live";
import type { Job } from "../../api/types";

/** The record as it would be written now. What is over stays over, whatever is still heard. */
export function withLive(job: Job, live: LiveTask | undefined): Job {
  if (!live || isOver(job)) return job;
  // Nobody tells aloud that a task was asked to stop: the record knows.
  const status = job.status === "cancelling" ? job.status : (live.status ?? job.status);
  return { ...job, status, progress: live.progress ?? job.progress };
}

/** Of a task that is heard of and has no record here: one that was begun just now, or another program's. */
export function recordOf({ uuid, title, taskName, status = "running", progress, error }: LiveTask): Job {
  return {
    uuid,
    title,
    task_name: taskName ?? "",
    status,
    username: "",
    params: {},
    progress: progress ?? { current: 0, total: 0, message: "" },
    attempts: 1,
    failed_items: 0,
    created_at: "",
    ...(error !== undefined && { error }),
  } as Job;
}

/** Programs outside announce tasks of their own: of these there is no more than what they say. */
export function isForeign({ task_name }: Job): boolean {
  return task_name === "";
}

const isWaiting = ({ status }: Job) => status === "queued";

/** What runs before what waits, and each in the order in which it was asked for. */
function byTurn(one: Job, other: Job): number {
  if (isWaiting(one) !== isWaiting(other)) return isWaiting(one) ? 1 : -1;
  const [at, otherAt] = [one, other].map(({ created_at }) => Date.parse(created_at) || Number.POSITIVE_INFINITY);
  return at === otherAt ? 0 : (at ?? 0) - (otherAt ?? 0);
}

/** What waits and runs, of a kind or of all, in these states. Records come newest first. */
export function atWork(
  records: readonly Job[],
  live: ReadonlyMap<string, LiveTask>,
  kind: string,
  statuses: readonly JobStatus[],
): Job[] {
  const known = new Set(records.map(({ uuid }) => uuid));
  const recorded = records.map((one) => withLive(one, live.get(one.uuid))).reverse();
  const heard = [...live.values()].filter(
    ({ uuid, taskName }) => !known.has(uuid) && (kind === "" || taskName === kind),
  );
  return [...recorded, ...heard.map(recordOf)]
    .filter(({ status }) => (statuses as readonly string[]).includes(status))
    .sort(byTurn);
}

/** Each once: a list that comes in pages moves on while it is read. */
export function once(jobs: readonly Job[]): Job[] {
  return [...new Map(jobs.map((one) => [one.uuid, one])).values()];
}

/** How long it took, or takes already, in seconds; nothing before it began. */
export function secondsOf({ started_at, ended_at }: Job, now: number): number | undefined {
  if (!started_at) return undefined;
  const end = ended_at ? Date.parse(ended_at) : now;
  return Math.max(0, (end - Date.parse(started_at)) / 1000);
}

/** Steps a second over the whole time; nothing where that would say little. */
export function averageRate(job: Job, now: number): number | undefined {
  const seconds = secondsOf(job, now);
  return seconds !== undefined && seconds >= 1 && job.progress.current > 0 ? job.progress.current / seconds : undefined;
}
