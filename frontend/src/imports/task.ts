/** Waiting for a task, outside of components. */
import { answer, api } from "../api/client";
import { Unreachable } from "../api/errors";
import { hearTaskEnds } from "../api/live";
import type { FailedItem, Job, KnownItem } from "../api/types";

/** A task is asked for this often, in milliseconds; its end is heard of at once. */
const ASK_MS = 1500;
/** Items of a page. */
const PAGE = 1000;

/** Waits for its end, or for a while. */
function ending(uuid: string): Promise<void> {
  return new Promise((resolve) => {
    const finish = () => {
      clearTimeout(timer);
      stop();
      resolve();
    };
    const stop = hearTaskEnds((task) => task.uuid === uuid && finish());
    const timer = setTimeout(finish, ASK_MS);
  });
}

const job = (uuid: string) =>
  answer(api.GET("/api/v1/task/job/{uuid}", { params: { path: { uuid } } })).then(({ res }) => res);

/** The record of a task that is over. Goes on asking while the server is away. */
export async function ended(uuid: string): Promise<Job> {
  for (;;) {
    const now = await job(uuid).catch((error) => {
      if (error instanceof Unreachable) return undefined;
      throw error;
    });
    if (now && ["done", "failed", "cancelled"].includes(now.status)) return now;
    await ending(uuid);
  }
}

async function all<One>(page: (offset: number) => Promise<{ res: One[]; total: number }>): Promise<One[]> {
  const found: One[] = [];
  for (;;) {
    const { res, total } = await page(found.length);
    found.push(...res);
    if (res.length === 0 || found.length >= total) return found;
  }
}

/** All that a task could not do, with the reasons. */
export function failuresOf(uuid: string): Promise<FailedItem[]> {
  return all((offset) => {
    const params = { path: { uuid }, query: { offset, limit: PAGE } };
    return answer(api.GET("/api/v1/task/job/{uuid}/failures", { params }));
  });
}

/** What an import found in the library. */
export function knownOf(uuid: string): Promise<KnownItem[]> {
  return all((offset) => {
    const params = { path: { uuid }, query: { offset, limit: PAGE } };
    return answer(api.GET("/api/v1/task/job/{uuid}/already_there", { params }));
  });
}
