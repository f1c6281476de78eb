/** How a model stands: here, on its way, or not; and why the last download failed. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { jobFailures } from "../../api/jobs";
import type { Model } from "../../api/models";
import { lastJobs, paramsOf, type Run, useRuns } from "../../api/runs";
import type { Job } from "../../api/types";
import { standing } from "./standing";

export interface Download {
  is: ReturnType<typeof standing>;
  /** While it is on its way. */
  run: Run | undefined;
  /** Why the last one failed, in the server's words. */
  reason: string | undefined;
}

const namesModel = (params: Run["params"], key: string) => Array.isArray(params.keys) && params.keys.includes(key);

export function useDownload(model: Model): Download {
  const run = useRuns("download_model").find(({ params }) => namesModel(params, model.key));
  const { data: jobs = [] } = useQuery(lastJobs("download_model"));
  const last: Job | undefined = jobs.find((job) => namesModel(paramsOf(job), model.key));
  const hasFailed = !model.isDownloaded && !run && last?.status === "failed";
  const failures = useInfiniteQuery({ ...jobFailures(last?.uuid ?? ""), enabled: hasFailed });
  const told = failures.data?.pages.flatMap(({ res }) => res).find(({ item }) => item === model.key);
  // Of several models that one job was to fetch, others may have failed.
  const isOther = failures.isSuccess && !told && last?.failed_items !== 0;
  const reason = hasFailed && !isOther ? (told?.reason ?? last?.error ?? undefined) : undefined;
  return { is: standing(model, run, last, reason), run, reason };
}
