/** How far a feature is, in a word with a colour, or as a bar while something is done about it. */
import clsx from "clsx";
import cards from "../../parts/Cards.module.css";
import { RunProgress } from "../../parts/runs/RunProgress";
import { strings } from "../../strings";
import type { Standing } from "./standing";

const words = strings.features;

function wordOf(standing: Standing): string {
  return standing.is === "behind" ? words.states.behind(standing.by) : words.states[standing.is];
}

const TONES: Readonly<Record<Standing["is"], string | undefined>> = {
  waiting: cards.going,
  building: cards.going,
  stopping: cards.going,
  new: cards.warn,
  unindexed: cards.warn,
  behind: cards.warn,
  counting: undefined,
  ready: cards.good,
};

export function StandingBadge({ standing, isActive }: { standing: Standing; isActive: boolean }) {
  return (
    <span className={cards.badges}>
      <span className={clsx(cards.badge, TONES[standing.is])}>{wordOf(standing)}</span>
      {!isActive && (
        <span className={cards.badge} title={words.archivedHint}>
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
