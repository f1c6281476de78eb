/** One task in a list. */
import { Link } from "@tanstack/react-router";
import { RotateCw, Square } from "lucide-react";
import { memo } from "react";
import { isOver } from "../../api/jobs";
import type { Job, TaskKind } from "../../api/types";
import { IconButton } from "../../parts/Button";
import { ago, dateAndTime, duration, strings } from "../../strings";
import { iconOf } from "./icons";
import { Numbers } from "./Numbers";
import { State } from "./State";
import { isForeign, secondsOf } from "./tasks";
import type { Actions } from "./useActions";
import styles from "./Work.module.css";
import { kindName } from "./words";

const words = strings.work;

interface TaskRowProps {
  job: Job;
  kinds: readonly TaskKind[];
  actions: Actions;
}

/** Whose it is, when it was, and how long it took. */
function About({ job, kinds }: Pick<TaskRowProps, "job" | "kinds">) {
  const { task_name, username, created_at, started_at, ended_at, progress } = job;
  const seconds = ended_at ? secondsOf(job, Date.now()) : undefined;
  const at = started_at ?? created_at;
  const when = at && (started_at ? words.began(ago(at)) : words.asked(ago(at)));
  const name = kindName(task_name, kinds);
  return (
    <p className={styles.about}>
      {name !== job.title && <span>{name}</span>}
      {username && <span>{words.by(username)}</span>}
      {when && (
        <time dateTime={new Date(at).toISOString()} title={dateAndTime(at)}>
          {when}
        </time>
      )}
      {seconds !== undefined && <span>{words.took(duration(seconds))}</span>}
      {isOver(job) && progress.total > 0 && <span>{strings.parts.progress(progress.current, progress.total)}</span>}
      {job.failed_items > 0 && <span className={styles.bad}>{words.failedItems(job.failed_items)}</span>}
    </p>
  );
}

function Buttons({ job, actions }: Pick<TaskRowProps, "job" | "actions">) {
  const { uuid, title, status, failed_items } = job;
  if (isForeign(job)) return null;
  if (!isOver(job)) {
    return (
      <IconButton label={words.stopOne(title)} disabled={status === "cancelling"} onClick={() => actions.stop(uuid)}>
        <Square size={16} aria-hidden />
      </IconButton>
    );
  }
  const onlyFailed = status === "done" && failed_items > 0;
  return (
    <IconButton label={words.againOne(title)} onClick={() => actions.again(uuid, onlyFailed)}>
      <RotateCw size={16} aria-hidden />
    </IconButton>
  );
}

export const TaskRow = memo(function TaskRow({ job, kinds, actions }: TaskRowProps) {
  const { uuid, title, status, task_name, error } = job;
  const Icon = iconOf(task_name);
  return (
    <li className={styles.task} data-uuid={uuid}>
      <Icon className={styles.kind} size={20} strokeWidth={1.5} aria-hidden />
      <div className={styles.body}>
        <h3 className={styles.title}>
          {isForeign(job) ? (
            title
          ) : (
            <Link to="/work/$uuid" params={{ uuid }}>
              {title}
            </Link>
          )}
        </h3>
        <About job={job} kinds={kinds} />
        {!isOver(job) && <Numbers job={job} />}
        {error && status !== "cancelled" && <p className={styles.error}>{error}</p>}
      </div>
      <div className={styles.side}>
        <State status={status} />
        <Buttons job={job} actions={actions} />
      </div>
    </li>
  );
});
