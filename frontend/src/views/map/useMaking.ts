/** Making the map of a feature: the task, whether it goes on, and why the last one failed. */
import { useQuery } from "@tanstack/react-query";
import { lastJobs, paramsOf, type Run, useRuns } from "../../api/runs";
import type { Feature } from "../../api/types";
import { useStart } from "../../parts/runs/useStart";

export const METHODS = ["umap", "pca"] as const;
export type Method = (typeof METHODS)[number];

export interface MapMaking {
  run: Run | undefined;
  isStarting: boolean;
  /** In the server's words; nothing when the last one came to its end. */
  failure: string | undefined;
  make: (method: Method) => void;
}

export function methodNamed(text: string): Method {
  return METHODS.find((one) => one === text) ?? "umap";
}

export function useMaking({ id }: Feature): MapMaking {
  const run = useRuns("map").find(({ params }) => params.feature_id === id);
  const { data: jobs = [] } = useQuery(lastJobs("map"));
  const last = jobs.find((job) => paramsOf(job).feature_id === id);
  const { isStarting, start } = useStart();
  return {
    run,
    isStarting,
    failure: last?.status === "failed" ? (last.error ?? undefined) : undefined,
    make: (method) => start("map", { feature_id: id, method }),
  };
}
