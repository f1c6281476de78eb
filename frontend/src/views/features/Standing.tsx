/** How far a feature is, in a word with a colour, or as a bar while something is done about it. */
import clsx from "clsx";
import { RunProgress } from "../../parts/runs/RunProgress";
import { strings } from "../../strings";
import styles from "./Features.module.css";
import type { Standing } from "./standing";

const words = strings.features;

function wordOf(standing: Standing): string {
  return standing.is === "behind" ? words.states.behind(standing.by) : words.states[standing.is];
}

const TONES: Readonly<Record<Standing["is"], string | undefined>> = {
  waiting: styles.going,
  building: styles.going,
  stopping: styles.going,
  new: styles.behind,
  unindexed: styles.behind,
  behind: styles.behind,
  counting: undefined,
  ready: styles.ready,
};

export function StandingBadge({ standing, isActive }: { standing: Standing; isActive: boolean }) {
  return (
    <span className={styles.badges}>
      <span className={clsx(styles.badge, TONES[standing.is])}>{wordOf(standing)}</span>
      {!isActive && (
        <span className={styles.badge} title={words.archivedHint}>
          {words.states.paused}
        </span>
      )}
    </span>
  );
}

/** The bar of what is done now; nothing while nothing is. */
export function StandingProgress({ standing, name }: { standing: Standing; name: string }) {
  if (!("run" in standing)) return null;
  return <RunProgress run={standing.run} label={`${words.states[standing.is]}: ${name}`} />;
}
