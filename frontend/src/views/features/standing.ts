/** How far a feature is, from its record, the counts of pictures, and what runs. */
import type { Counts } from "../../api/features";
import type { Run } from "../../api/runs";
import type { Feature } from "../../api/types";

export type Standing =
  | { readonly is: "waiting" | "building" | "stopping"; readonly run: Run }
  | { readonly is: "new" | "unindexed" | "ready" | "counting" }
  | { readonly is: "behind"; readonly by: number };

/** A run without a feature is about all that are active. */
function isAbout({ id, active }: Feature, { params }: Run): boolean {
  return params.feature_id === id || (params.feature_id == null && active);
}

/** The run that is about a feature: one that works before one that waits. */
export function runOf(feature: Feature, runs: readonly Run[]): Run | undefined {
  const about = runs.filter((run) => isAbout(feature, run));
  return about.find(({ status }) => status !== "queued") ?? about[0];
}

function whileRunning(run: Run): Standing {
  if (run.status === "queued") return { is: "waiting", run };
  return { is: run.status === "cancelling" ? "stopping" : "building", run };
}

export function standingOf(feature: Feature, counts: Counts | undefined, run: Run | undefined): Standing {
  if (run) return whileRunning(run);
  if (feature.processed_at == null) return { is: "new" };
  if (feature.indexed_at == null) return { is: "unindexed" };
  if (!counts) return { is: "counting" };
  return counts.missing > 0 ? { is: "behind", by: counts.missing } : { is: "ready" };
}
