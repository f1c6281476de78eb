/** What a task has said; stays at the newest line until one scrolls away from it. */
import clsx from "clsx";
import { type UIEvent, useLayoutEffect, useRef, useState } from "react";
import { useLive } from "../../api/live";
import { Button } from "../../parts/Button";
import { wordsOf } from "../../parts/States";
import { dateAndTime, strings, timeOfDay } from "../../strings";
import styles from "./Task.module.css";
import { useLog } from "./useLog";

const words = strings.work.page;
/** Lines that are drawn at first, and with each step back. */
const DRAWN = 500;
/** So close to the end, in CSS pixels, one is there. */
const NEAR = 24;

interface LogViewProps {
  uuid: string;
  isOver: boolean;
}

/** Follows the newest line. Answers what to call when one scrolls. */
function useFollow(count: number) {
  const box = useRef<HTMLElement>(null);
  const isFollowing = useRef(true);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each new line is a reason
  useLayoutEffect(() => {
    if (isFollowing.current) box.current?.scrollTo({ top: box.current.scrollHeight });
  }, [count]);
  const onScroll = ({ currentTarget }: UIEvent) => {
    const { scrollTop, clientHeight, scrollHeight } = currentTarget;
    isFollowing.current = scrollTop + clientHeight >= scrollHeight - NEAR;
  };
  return { box, onScroll };
}

export function LogView({ uuid, isOver }: LogViewProps) {
  const { connection } = useLive();
  const { lines, isRead, error, pull } = useLog(uuid, isOver, connection === "on");
  const [most, setMost] = useState(DRAWN);
  const { box, onScroll } = useFollow(lines.length);
  const hidden = Math.max(0, lines.length - most);
  return (
    <section className={styles.part}>
      <h2>{words.log}</h2>
      {error !== undefined && (
        <p className={styles.problem} role="alert">
          {words.logFailed}: {wordsOf(error)}{" "}
          <Button kind="quiet" onClick={() => void pull()}>
            {strings.parts.again}
          </Button>
        </p>
      )}
      {lines.length === 0 ? (
        <p className={styles.quiet}>{silence(isRead, isOver)}</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys
        <section ref={box} className={styles.log} aria-label={words.log} tabIndex={0} onScroll={onScroll}>
          {hidden > 0 && (
            <Button kind="quiet" onClick={() => setMost(most + DRAWN)}>
              {words.earlier(Math.min(hidden, DRAWN))}
            </Button>
          )}
          <ol>
            {lines.slice(hidden).map(({ id, level, message, created_at }) => (
              <li key={id} className={clsx(styles.line, level === "error" && styles.bad)}>
                <time dateTime={new Date(created_at).toISOString()} title={dateAndTime(created_at)}>
                  {timeOfDay(Date.parse(created_at))}
                </time>
                <span>
                  {level === "error" && <strong>{words.problem}: </strong>}
                  {message}
                </span>
              </li>
            ))}
          </ol>
        </section>
      )}
    </section>
  );
}

function silence(isRead: boolean, isOver: boolean): string {
  if (!isRead) return strings.parts.loading;
  return isOver ? words.logSilent : words.logEmpty;
}
