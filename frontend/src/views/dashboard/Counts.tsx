/** How many of each thing there are; each leads to where they are. */
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Status } from "../../api/types";
import { number, strings } from "../../strings";
import styles from "./Dashboard.module.css";

const words = strings.dashboard;

interface CountProps {
  title: string;
  count: number;
  to: string;
  search?: Readonly<Record<string, string>>;
  children?: ReactNode;
}

function Count({ title, count, to, search, children }: CountProps) {
  return (
    <li className={styles.card}>
      <Link to={to} {...(search && { search })} className={styles.cardLink}>
        <span className={styles.number}>{number(count)}</span>
        <span>{title}</span>
      </Link>
      {children && <p className={styles.quiet}>{children}</p>}
    </li>
  );
}

function Tasks({ jobs }: { jobs: Status["counts"]["jobs"] }) {
  const of = (status: string) => jobs[status] ?? 0;
  const all = Object.values(jobs).reduce((sum, count) => sum + count, 0);
  const running = of("running") + of("cancelling");
  return (
    <Count title={words.tasks} count={all} to="/work">
      <Link to="/work" search={{ state: "running" }}>
        {words.running(running)}
      </Link>
      {", "}
      <Link to="/work" search={{ state: "waiting" }}>
        {words.waiting(of("queued"))}
      </Link>
      {", "}
      <Link to="/work" search={{ state: "failed" }}>
        {words.failedTasks(of("failed"))}
      </Link>
    </Count>
  );
}

export function Counts({ counts }: Pick<Status, "counts">) {
  return (
    <section className={styles.part}>
      <h2>{words.counts}</h2>
      <ul className={styles.cards}>
        <Count title={words.media} count={counts.media} to="/library">
          {words.kinds(counts.images, counts.videos, counts.video_frames)}
        </Count>
        <Count title={words.deleted} count={counts.deleted} to="/library" search={{ trash: "yes" }} />
        <Count title={words.collections} count={counts.collections} to="/collections" />
        <Count title={words.uploads} count={counts.uploads} to="/uploads">
          {words.uploadsHint}
        </Count>
        <Count title={words.features} count={counts.features} to="/features" />
        <Count title={words.models} count={counts.models} to="/models">
          {words.downloaded(counts.models_downloaded)}
        </Count>
        <Tasks jobs={counts.jobs} />
      </ul>
    </section>
  );
}
