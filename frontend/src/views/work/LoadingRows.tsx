/** Grey rows while tasks are on their way. */
import { strings } from "../../strings";
import styles from "./Work.module.css";

const ROWS = ["first", "second", "third", "fourth"];

export function LoadingRows() {
  return (
    <div role="status" className={styles.tasks}>
      <span className="only-read-aloud">{strings.parts.loading}</span>
      {ROWS.map((row) => (
        <span key={row} className={styles.grey} aria-hidden />
      ))}
    </div>
  );
}
