/** The way between the tasks and the dashboard. */
import { Link } from "@tanstack/react-router";
import segments from "../../parts/Segments.module.css";
import { strings } from "../../strings";

const words = strings.work.rooms;

const ROOMS = [
  ["/work", words.tasks],
  ["/dashboard", words.dashboard],
] as const;

export function Rooms({ here }: { here: (typeof ROOMS)[number][0] | undefined }) {
  return (
    <nav className={segments.segments} aria-label={words.label}>
      {ROOMS.map(([to, title]) => (
        <Link
          key={to}
          to={to}
          className={segments.segment}
          data-state={to === here ? "on" : "off"}
          aria-current={to === here ? "page" : undefined}
        >
          {title}
        </Link>
      ))}
    </nav>
  );
}
