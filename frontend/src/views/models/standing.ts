/** How a model stands, from its record and the last download. */
import type { Model } from "../../api/models";
import type { Run } from "../../api/runs";
import type { Job } from "../../api/types";

export type ModelStanding = "here" | "going" | "failed" | "mirror" | "absent";

/** A mirror in a folder is read where it lies: such a model counts as not downloaded and works all the same. */
export function standing(
  { isDownloaded }: Pick<Model, "isDownloaded">,
  run: Run | undefined,
  last: Pick<Job, "status"> | undefined,
  reason: string | undefined,
): ModelStanding {
  if (isDownloaded) return "here";
  if (run) return "going";
  if (reason !== undefined) return "failed";
  return last?.status === "done" ? "mirror" : "absent";
}
