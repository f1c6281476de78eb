/** The files of an import with the state of each; any number of them. */
import { Link } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import { Check, CircleAlert, CircleDashed, CirclePause, LoaderCircle } from "lucide-react";
import { useRef } from "react";
import { bytes, strings } from "../strings";
import styles from "./FileList.module.css";
import { type FileState, forReading, type ImportFile } from "./queue";

const words = strings.imports;
const ICONS = {
  waiting: CircleDashed,
  sending: LoaderCircle,
  importing: LoaderCircle,
  done: Check,
  failed: CircleAlert,
  stopped: CirclePause,
} satisfies Record<FileState, typeof Check>;
/** Of a line, in CSS pixels, before it is measured. */
const LINE = 40;

function Note({ one: { state, file, known } }: { one: ImportFile }) {
  if (state === "done" && known) {
    return (
      <Link className={styles.note} to="/media/id/$id" params={{ id: `${known.media_id}` }}>
        {known.deleted ? words.inTrash : words.wasThere}
      </Link>
    );
  }
  return <span className={styles.note}>{state === "waiting" ? bytes(file.size) : words.states[state]}</span>;
}

function Line({ one }: { one: ImportFile }) {
  const Icon = ICONS[one.state];
  return (
    <>
      <Icon size={16} aria-hidden className={styles[one.state]} />
      <div className={styles.text}>
        <p className={styles.name} title={one.path}>
          {one.path}
        </p>
        {one.reasons.map((reason) => (
          <p key={reason} className={styles.reason}>
            {reason}
          </p>
        ))}
      </div>
      <Note one={one} />
    </>
  );
}

export function FileList({ files }: { files: readonly ImportFile[] }) {
  const place = useRef<HTMLDivElement>(null);
  const sorted = forReading(files);
  const lines = useVirtualizer({
    count: sorted.length,
    getScrollElement: () => place.current,
    estimateSize: () => LINE,
    getItemKey: (index) => sorted[index]?.key ?? index,
    overscan: 6,
  });
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys
    <section ref={place} className={styles.place} aria-label={words.list} tabIndex={0}>
      <ul className={styles.list} style={{ height: lines.getTotalSize() }}>
        {lines.getVirtualItems().map(({ index, key, start }) => {
          const one = sorted[index];
          return (
            <li
              key={key}
              ref={lines.measureElement}
              data-index={index}
              data-state={one?.state}
              className={styles.line}
              style={{ transform: `translateY(${start}px)` }}
            >
              {one && <Line one={one} />}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
