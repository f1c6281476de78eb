/** What runs and waits, as it happens. */
import { ListTodo } from "lucide-react";
import { type LiveTask, useLive } from "../../api/live";
import { ProgressBar } from "../../parts/ProgressBar";
import { Empty } from "../../parts/States";
import { ViewHead } from "../../parts/ViewHead";
import { duration, strings } from "../../strings";
import styles from "./Work.module.css";

const words = strings.work;

function Task({ task }: { task: LiveTask }) {
  const { progress, status, title } = task;
  const left = progress?.eta_seconds;
  const isWaiting = status === "queued";
  return (
    <li className={styles.task}>
      <h3>{title}</h3>
      <p className={styles.numbers}>
        {progress && progress.total > 0 && strings.parts.progress(progress.current, progress.total)}
        {left ? ` · ${strings.parts.left(duration(left))}` : ""}
      </p>
      <ProgressBar label={title} current={progress?.current ?? 0} total={progress?.total} />
      <p className={styles.message}>{isWaiting ? words.waiting : progress?.message}</p>
      {task.error && <p className={styles.error}>{task.error}</p>}
    </li>
  );
}

export default function Work() {
  const { tasks } = useLive();
  return (
    <>
      <ViewHead title={words.title} />
      {tasks.size === 0 ? (
        <Empty icon={ListTodo} title={words.idle} hint={words.idleHint} />
      ) : (
        <ul className={styles.tasks} aria-label={words.running}>
          {[...tasks.values()].map((task) => (
            <Task key={task.uuid} task={task} />
          ))}
        </ul>
      )}
    </>
  );
}
