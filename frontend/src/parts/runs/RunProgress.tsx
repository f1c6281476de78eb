/** How far a task is, and a button that stops it. */
import { CircleStop } from "lucide-react";
import { cancelJob } from "../../api/jobs";
import type { Run } from "../../api/runs";
import { duration, strings } from "../../strings";
import { IconButton } from "../Button";
import { ProgressBar } from "../ProgressBar";
import { sayFailure } from "../toasts";
import styles from "./RunProgress.module.css";

const words = strings.runs;

function said({ status, progress }: Run): string {
  if (status === "queued") return words.waiting;
  if (status === "cancelling") return words.stopping;
  const { current = 0, total = 0, message, eta_seconds } = progress ?? {};
  const parts = [
    message || words.running,
    total > 1 && strings.parts.progress(current, total),
    eta_seconds && strings.parts.left(duration(eta_seconds)),
  ];
  return parts.filter(Boolean).join(" · ");
}

/** `label`: what goes on, read aloud with the bar and the button. */
export function RunProgress({ run, label }: { run: Run; label: string }) {
  const { progress, status, uuid } = run;
  // One step is none: nobody knows how far it is.
  const total = progress && progress.total > 1 ? progress.total : undefined;
  return (
    <div className={styles.run}>
      <p className={styles.words}>{said(run)}</p>
      <ProgressBar label={label} current={progress?.current ?? 0} total={total} />
      <IconButton
        label={words.stopOf(label)}
        disabled={status === "cancelling"}
        onClick={() => void cancelJob(uuid).catch(sayFailure)}
      >
        <CircleStop size={18} aria-hidden />
      </IconButton>
    </div>
  );
}
