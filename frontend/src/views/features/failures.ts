/** Why pictures failed, out of the records of tasks. */
import { paramsOf } from "../../api/runs";
import type { FailedItem, Job } from "../../api/types";

/** The last run that was about the feature, or about all, and could not do everything. */
export function toldBy(jobs: readonly Job[], feature: number): Job | undefined {
  return jobs.find((job) => {
    const { feature_id } = paramsOf(job);
    return job.failed_items > 0 && (feature_id == null || feature_id === feature);
  });
}

/** By the numbers of the pictures: items are called `media 12`. */
export function reasonsOf(items: readonly FailedItem[]): ReadonlyMap<number, string> {
  return new Map(
    items.flatMap(({ item, reason }): [number, string][] => {
      const id = /^media (\d+)$/.exec(item)?.[1];
      return id === undefined ? [] : [[Number(id), reason]];
    }),
  );
}
