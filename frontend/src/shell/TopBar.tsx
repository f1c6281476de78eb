/** The bar at the top: name, search box, how live the page is, theme, help. */
import { Link } from "@tanstack/react-router";
import clsx from "clsx";
import { Keyboard } from "lucide-react";
import { useLive } from "../api/live";
import { IconButton } from "../parts/Button";
import type { SearchWith } from "../state/searchWith";
import { strings } from "../strings";
import { Person } from "./Person";
import { SearchBox } from "./SearchBox";
import { ThemeSwitch } from "./ThemeSwitch";
import styles from "./TopBar.module.css";

const words = strings.shell;

/** A dot: whether what the page shows of tasks is what happens. */
function Pulse() {
  const { connection } = useLive();
  return (
    <span
      className={clsx(styles.pulse, styles[connection])}
      role="status"
      title={words.live[connection]}
      data-connection={connection}
    >
      <span className="only-read-aloud">{words.live[connection]}</span>
    </span>
  );
}

export function TopBar({ searchWith, onHelp }: { searchWith: SearchWith; onHelp: () => void }) {
  return (
    <header className={styles.bar}>
      <Link to="/search" className={styles.brand} aria-label={words.name}>
        <img src="/favicon.ico" alt="" width="26" height="26" />
        <span className={styles.name}>{words.name}</span>
      </Link>
      <SearchBox searchWith={searchWith} />
      <div className={styles.tools}>
        <Pulse />
        <ThemeSwitch />
        <Person />
        <span className={styles.forKeys}>
          <IconButton label={words.help} onClick={onHelp}>
            <Keyboard size={18} strokeWidth={1.75} aria-hidden />
          </IconButton>
        </span>
      </div>
    </header>
  );
}
