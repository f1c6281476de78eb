/** In which state a task is, in a word and a colour. */
import clsx from "clsx";
import type { Job } from "../../api/types";
import { strings } from "../../strings";
import styles from "./Work.module.css";

const words = strings.work.states;

export function stateWord(status: string): string {
  return status in words ? words[status as keyof typeof words] : status;
}

export function State({ status }: Pick<Job, "status">) {
  return (
    <span className={clsx(styles.state, styles[status])} data-status={status}>
      {stateWord(status)}
    </span>
  );
}
