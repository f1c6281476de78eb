/** How far a task is, how fast it goes, and how long it will take. */

import { useLiveTask } from "../../api/live";
import { rateNow, secondsLeft } from "../../api/pace";
import type { Job } from "../../api/types";
import { ProgressBar } from "../../parts/ProgressBar";
import { useNow } from "../../state/now";
import { decimal, duration, strings } from "../../strings";
import { averageRate } from "./tasks";
import styles from "./Work.module.css";

const words = strings.work;

/** Two digits are enough of what changes all the time. */
export function rateWords(rate: number): string {
  return words.rate(decimal(rate >= 10 ? Math.round(rate) : Number(rate.toPrecision(2))));
}

/** Parts of a line, with dots between. */
export function dotted(...parts: readonly (string | false | undefined)[]): string {
  return parts.filter(Boolean).join(" · ");
}

export function Numbers({ job }: { job: Job }) {
  const live = useLiveTask(job.uuid);
  const isWaiting = job.status === "queued";
  const now = useNow(1000, !isWaiting);
  const { current, total, message } = job.progress;
  const pace = live?.pace ?? [];
  const rate = rateNow(pace, now) ?? averageRate(job, now);
  const left = secondsLeft(job.progress, pace, now);
  const numbers = dotted(
    total > 0 && strings.parts.progress(current, total),
    rate !== undefined && rate > 0 && rateWords(rate),
    left !== undefined && left >= 1 && strings.parts.left(duration(left)),
  );
  if (isWaiting) return <p className={styles.message}>{words.waiting}</p>;
  return (
    <div className={styles.progress}>
      <ProgressBar label={job.title} current={current} total={total} />
      <p className={styles.numbers}>{numbers}</p>
      <p className={styles.message}>{message}</p>
    </div>
  );
}
