/** What there is to know about a task, and what came of it. */
import { Link } from "@tanstack/react-router";
import type { Job, TaskKind } from "../../api/types";
import { buttonClass } from "../../parts/Button";
import { useNow } from "../../state/now";
import { dateAndTime, duration, strings } from "../../strings";
import { rateWords } from "./Numbers";
import { outcomeOf, type Way } from "./outcome";
import styles from "./Task.module.css";
import { averageRate, secondsOf } from "./tasks";
import { type Fact, factsOf } from "./values";
import { kindName } from "./words";

const words = strings.work.page;

function FactList({ facts }: { facts: readonly Fact[] }) {
  return (
    <dl className={styles.facts}>
      {facts.map(({ label, value }) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function timesOf(job: Job, now: number): Fact[] {
  const { created_at, started_at, ended_at, attempts } = job;
  const [seconds, rate] = [secondsOf(job, now), averageRate(job, now)];
  return [
    { label: words.asked, value: dateAndTime(created_at) },
    ...(started_at ? [{ label: words.began, value: dateAndTime(started_at) }] : []),
    ...(ended_at ? [{ label: words.ended, value: dateAndTime(ended_at) }] : []),
    ...(seconds === undefined ? [] : [{ label: words.took, value: duration(seconds) }]),
    ...(rate === undefined ? [] : [{ label: words.average, value: rateWords(rate) }]),
    ...(attempts > 1 ? [{ label: words.attempts, value: words.times(attempts) }] : []),
  ];
}

export function About({ job, kinds }: { job: Job; kinds: readonly TaskKind[] }) {
  const now = useNow(1000, !job.ended_at);
  const facts = [
    { label: words.kind, value: kindName(job.task_name, kinds) },
    ...(job.username ? [{ label: words.by, value: job.username }] : []),
    ...timesOf(job, now),
  ];
  const asked = factsOf(job.params);
  return (
    <section className={styles.part}>
      <h2>{words.facts}</h2>
      <FactList facts={facts} />
      {asked.length > 0 && (
        <>
          <h3>{words.params}</h3>
          <FactList facts={asked} />
        </>
      )}
    </section>
  );
}

function WayLink({ way: { label, path, search, isFile, isElsewhere } }: { way: Way }) {
  if (isElsewhere) {
    return (
      <a className={buttonClass()} href={path}>
        {label}
      </a>
    );
  }
  if (isFile) {
    return (
      <a className={buttonClass("primary")} href={path} download>
        {label}
      </a>
    );
  }
  return (
    <Link className={buttonClass()} to={path} {...(search && { search })}>
      {label}
    </Link>
  );
}

/** Ways that are shown; a download of everything leads to very many. */
const MOST_WAYS = 12;

export function Result({ job }: { job: Job }) {
  const { facts, ways } = outcomeOf(job);
  if (facts.length === 0 && ways.length === 0) return null;
  return (
    <section className={styles.part}>
      <h2>{words.result}</h2>
      {facts.length > 0 && <FactList facts={facts} />}
      <div className={styles.ways}>
        {ways.slice(0, MOST_WAYS).map((way) => (
          <WayLink key={way.path} way={way} />
        ))}
      </div>
    </section>
  );
}
