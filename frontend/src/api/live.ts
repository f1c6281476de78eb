/** What happens to tasks, as the server tells it over Socket.IO. After every reconnect the server sends the state as it is. */
import { useEffect, useSyncExternalStore } from "react";
import type { Socket } from "socket.io-client";
import { type Pace, paced } from "./pace";
import type { Job, Progress } from "./types";

export type Connection = "connecting" | "on" | "off";

/** A task that waits or runs. */
export interface LiveTask {
  uuid: string;
  title: string;
  /** Key of the kind of task; of programs outside, unknown. */
  taskName: string | undefined;
  status: Job["status"] | undefined;
  progress: Progress | undefined;
  /** How it went on since the page hears of it. */
  pace: Pace;
  /** The newest line of its log. */
  line: string | undefined;
  error: string | undefined;
}

/** A task that just ended. */
export interface EndedTask {
  uuid: string;
  task_name: string;
  title: string;
  status: Job["status"];
  error: string | null;
  result: unknown;
}

export interface Live {
  readonly connection: Connection;
  readonly tasks: ReadonlyMap<string, LiveTask>;
}

interface Described {
  uuid: string;
  task_name?: string;
  title?: string;
  status?: Job["status"];
}
interface Listed extends Omit<Described, "uuid"> {
  progress?: Progress;
  debug?: string;
  error?: string;
}
interface Update {
  uuid: string;
  type: "progress" | "debug" | "error";
  data: unknown;
}

let state: Live = { connection: "connecting", tasks: new Map() };
const listeners = new Set<() => void>();
const endings = new Set<(task: EndedTask) => void>();
const returns = new Set<() => void>();
const talks = new Set<(uuid: string) => void>();

function change(next: Partial<Live>): void {
  state = { ...state, ...next };
  for (const listener of listeners) listener();
}

function put(uuid: string, part: Partial<LiveTask>): void {
  const unknown: LiveTask = {
    uuid,
    title: uuid,
    taskName: undefined,
    status: "running",
    progress: undefined,
    pace: [],
    line: undefined,
    error: undefined,
  };
  change({ tasks: new Map(state.tasks).set(uuid, { ...unknown, ...state.tasks.get(uuid), ...part }) });
}

function described({ task_name, title, status }: Omit<Described, "uuid">): Partial<LiveTask> {
  return { ...(title && { title }), ...(task_name && { taskName: task_name }), ...(status && { status }) };
}

/** With what is heard now; of tasks that were heard of before, what was heard then stays. */
function paceOf(uuid: string, progress: Progress | undefined): Pace {
  const before = state.tasks.get(uuid)?.pace ?? [];
  return progress ? paced(before, progress, Date.now()) : before;
}

function listed(tasks: Record<string, Listed>): Map<string, LiveTask> {
  const one = ([uuid, task]: [string, Listed]): [string, LiveTask] => [
    uuid,
    {
      uuid,
      title: task.title ?? uuid,
      taskName: task.task_name,
      status: task.status,
      progress: task.progress,
      pace: paceOf(uuid, task.progress),
      line: task.debug,
      error: task.error,
    },
  ];
  return new Map(Object.entries(tasks).map(one));
}

function updated({ uuid, type, data }: Update): void {
  // A late word about a task that has ended must not bring it back.
  if (!state.tasks.has(uuid)) return;
  if (type === "progress") {
    put(uuid, { progress: data as Progress, pace: paceOf(uuid, data as Progress) });
    return;
  }
  put(uuid, type === "error" ? { error: String(data) } : { line: String(data) });
  for (const listener of talks) listener(uuid);
}

function ended(task: EndedTask): void {
  const tasks = new Map(state.tasks);
  tasks.delete(task.uuid);
  change({ tasks });
  for (const listener of endings) listener(task);
}

function listen(socket: Socket): void {
  socket.on("connect", () => change({ connection: "on" }));
  socket.on("disconnect", () => change({ connection: "off" }));
  socket.on("connect_error", () => change({ connection: "off" }));
  socket.on("list_tasks", ({ tasks }: { tasks: Record<string, Listed> }) => {
    change({ tasks: listed(tasks) });
    for (const listener of returns) listener();
  });
  socket.on("task_queued", (task: Described) => put(task.uuid, described(task)));
  socket.on("task_start", (task: Described) => put(task.uuid, { status: "running", ...described(task) }));
  socket.on("task_update", updated);
  socket.on("task_end", ended);
}

let isLive = false;

/** Connects, once for the page. The client is a file of its own: nothing waits for it. */
export function goLive(): void {
  if (isLive) return;
  isLive = true;
  import("socket.io-client").then(
    ({ io }) => listen(io({ transports: ["websocket", "polling"], reconnectionDelayMax: 3_000 })),
    () => change({ connection: "off" }),
  );
}

function watch(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The tasks that wait or run, and whether the page hears of them. */
export function useLive(): Live {
  return useSyncExternalStore(watch, () => state);
}

/** One task while it waits or runs. */
export function useLiveTask(uuid: string | undefined): LiveTask | undefined {
  return useSyncExternalStore(watch, () => (uuid === undefined ? undefined : state.tasks.get(uuid)));
}

/** Hears of every task that ends, outside of components; answers how to stop that. */
export function hearTaskEnds(onEnd: (task: EndedTask) => void): () => void {
  endings.add(onEnd);
  return () => endings.delete(onEnd);
}

/** Hears when a task has said something for its log, or may have while the page was not connected. Answers how to stop that. */
export function hearTalk(onTalk: (uuid: string | undefined) => void): () => void {
  const onReturn = () => onTalk(undefined);
  talks.add(onTalk);
  returns.add(onReturn);
  return () => {
    talks.delete(onTalk);
    returns.delete(onReturn);
  };
}

/** Hears of every task that ends. `onReturn`: after a reconnect, when endings may have been missed. */
export function useTaskEnd(onEnd: (task: EndedTask) => void, onReturn?: () => void): void {
  useEffect(() => {
    endings.add(onEnd);
    if (onReturn) returns.add(onReturn);
    return () => {
      endings.delete(onEnd);
      if (onReturn) returns.delete(onReturn);
    };
  }, [onEnd, onReturn]);
}
