/** The import that goes on, in a corner of every view: how far it is, what failed and why, stop, try again. */
import clsx from "clsx";
import { ChevronDown, ChevronUp, X } from "lucide-react";
import { useState } from "react";
import { useLive } from "../api/live";
import { Button, IconButton } from "../parts/Button";
import { ProgressBar } from "../parts/ProgressBar";
import { bytes, strings } from "../strings";
import { FileList } from "./FileList";
import styles from "./ImportPanel.module.css";
import { forget, type Import, useImport } from "./importing";
import { retry, stop } from "./runner";

const words = strings.imports;

function titleOf({ files, counts, isOver }: Import): string {
  if (!isOver) return words.running(counts.done + counts.failed, files.length);
  const isWhole = counts.failed + counts.stopped === 0;
  return isWhole ? words.over(counts.done) : words.overWithFailures(counts.done, counts.failed + counts.stopped);
}

/** Sending and importing are half of the way each. */
function shareOf({ files, counts, bytes: all, sentBytes }: Import): number {
  const sent = all > 0 ? sentBytes / all : 1;
  const taken = (counts.done + counts.failed + counts.stopped) / files.length;
  return (sent + taken) / 2;
}

function Progress({ now }: { now: Import }) {
  const { tasks } = useLive();
  const running = [...tasks.values()].find(({ taskName }) => taskName === "import");
  return (
    <>
      <ProgressBar label={titleOf(now)} current={Math.round(shareOf(now) * 1000)} total={1000} />
      <p className={styles.note}>
        {now.isHeldUp ? words.heldUp : words.sent(bytes(now.sentBytes), bytes(now.bytes))}
        {running?.progress && running.progress.total > 0 && (
          <span> · {strings.parts.progress(running.progress.current, running.progress.total)}</span>
        )}
      </p>
    </>
  );
}

function Indexing() {
  const { tasks } = useLive();
  const task = [...tasks.values()].find(({ taskName }) => taskName === "update_index");
  if (!task) return null;
  const { current = 0, total } = task.progress ?? {};
  return (
    <div className={styles.indexing}>
      <p className={styles.note}>
        {words.indexing}
        {total ? ` · ${strings.parts.progress(current, total)}` : ""}
      </p>
      <ProgressBar label={words.indexing} current={current} total={total} />
    </div>
  );
}

export default function ImportPanel() {
  const now = useImport();
  const [isOpen, setOpen] = useState(true);
  if (!now) return null;
  const bad = now.counts.failed + now.counts.stopped;
  const Chevron = isOpen ? ChevronDown : ChevronUp;
  return (
    <section className={styles.panel} aria-label={words.title} data-no-marquee data-testid="import">
      <header className={styles.head}>
        <h2 className={styles.title} aria-live="polite">
          {titleOf(now)}
        </h2>
        <IconButton label={isOpen ? words.hide : words.show} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          <Chevron size={18} aria-hidden />
        </IconButton>
        {now.isOver && (
          <IconButton label={strings.parts.close} onClick={forget}>
            <X size={18} aria-hidden />
          </IconButton>
        )}
      </header>
      {!now.isOver && <Progress now={now} />}
      {now.isOver && now.counts.done > 0 && <p className={styles.note}>{words.summary(now.added, now.alreadyThere)}</p>}
      <Indexing />
      {isOpen && <FileList files={now.files} />}
      {(!now.isOver || bad > 0) && (
        <footer className={clsx(styles.foot)}>
          {!now.isOver && <Button onClick={() => void stop()}>{words.stop}</Button>}
          {now.isOver && bad > 0 && (
            <Button kind="primary" onClick={retry}>
              {words.retry(bad)}
            </Button>
          )}
        </footer>
      )}
    </section>
  );
}
