/** Which tasks are shown, as the address says it. */
import { type JobStatus, OVER } from "../../api/jobs";
import { address, choice, text } from "../../state/address";

export const SHOWN = ["all", "running", "waiting", "ended", "failed"] as const;
export type Shown = (typeof SHOWN)[number];

export interface WorkState {
  state: Shown;
  /** Key of a kind of task; empty for all. */
  kind: string;
}

export const workAddress = address<WorkState>({ state: choice("state", SHOWN, "all"), kind: text("kind") });

export const NO_FILTERS = { state: "all", kind: "" } as const satisfies WorkState;

/** States of what is not over, and of what is; nothing where that part is not shown. */
const PARTS: Readonly<Record<Shown, { now?: readonly JobStatus[]; over?: readonly JobStatus[] }>> = {
  all: { now: ["running", "cancelling", "queued"], over: OVER },
  running: { now: ["running", "cancelling"] },
  waiting: { now: ["queued"] },
  ended: { over: OVER },
  failed: { over: ["failed"] },
};

export function partsOf({ state }: WorkState) {
  return PARTS[state];
}

export function isFiltered({ state, kind }: WorkState): boolean {
  return state !== "all" || kind !== "";
}
