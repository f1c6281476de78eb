/** A view's title, what it counts, and its tools. Sets the title of the tab too. */
import { type ReactNode, useEffect } from "react";
import { strings } from "../strings";
import styles from "./ViewHead.module.css";

interface ViewHeadProps {
  title: string;
  /** A quiet word beside the title: a count, a time. */
  note?: ReactNode;
  /** Where the title would only repeat what one sees. */
  isTitleHidden?: boolean;
  children?: ReactNode;
}

export function ViewHead({ title, note, isTitleHidden = false, children }: ViewHeadProps) {
  useEffect(() => {
    document.title = strings.shell.title(title);
  }, [title]);
  return (
    <header className={styles.head}>
      <h1 className={isTitleHidden ? "only-read-aloud" : undefined}>{title}</h1>
      {note && <p className={styles.note}>{note}</p>}
      <div className={styles.tools}>{children}</div>
    </header>
  );
}
