/** A strip of months, as high as each has pictures: one click goes there, another one comes back. */
import type { CSSProperties } from "react";
import type { Month } from "../../api/media";
import type { Change } from "../../state/useAddress";
import { LANGUAGE, strings } from "../../strings";
import styles from "./Months.module.css";
import { daysOf, type LibraryState } from "./state";

const words = strings.library;
const name = new Intl.DateTimeFormat(LANGUAGE, { month: "long", year: "numeric", timeZone: "UTC" });

function titleOf({ month, count }: Month): string {
  return words.month(name.format(new Date(`${month}-01T00:00:00Z`)), count);
}

/** Months with few pictures can still be seen and hit. */
const LEAST_SHARE = 0.12;
const ANY_DAY = { since: "", until: "" };

interface MonthsProps {
  months: readonly Month[];
  state: Pick<LibraryState, "since" | "until">;
  change: Change<LibraryState>;
}

export function Months({ months, state, change }: MonthsProps) {
  const most = Math.max(...months.map(({ count }) => count));
  const sorted = [...months].sort((one, other) => one.month.localeCompare(other.month));
  return (
    <nav className={styles.months} aria-label={words.months}>
      {sorted.map((one) => {
        const days = daysOf(one.month);
        const isHere = days.since === state.since && days.until === state.until;
        return (
          <button
            key={one.month}
            type="button"
            className={styles.month}
            aria-label={titleOf(one)}
            aria-pressed={isHere}
            title={titleOf(one)}
            style={{ "--share": Math.max(LEAST_SHARE, one.count / most) } as CSSProperties}
            onClick={() => change(isHere ? ANY_DAY : days)}
          />
        );
      })}
    </nav>
  );
}
