/** What a view shows when there is nothing to show: it is coming, there is none, or it failed. */
import { CircleAlert, type LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { ApiError, Unreachable } from "../api/errors";
import { strings } from "../strings";
import { Button } from "./Button";
import styles from "./States.module.css";

interface EmptyProps {
  icon?: LucideIcon;
  title: string;
  hint?: ReactNode;
  /** What one can do about it. */
  children?: ReactNode;
}

export function Empty({ icon: Icon, title, hint, children }: EmptyProps) {
  return (
    <div className={styles.state}>
      {Icon && <Icon size={36} strokeWidth={1.5} aria-hidden className={styles.icon} />}
      <h2>{title}</h2>
      {hint && <p className={styles.hint}>{hint}</p>}
      {children && <div className={styles.actions}>{children}</div>}
    </div>
  );
}

/** The words for a failure: the server's own, where it said some. */
export function wordsOf(error: unknown): string {
  if (error instanceof Unreachable) return strings.parts.offline;
  if (error instanceof ApiError && /^\d+$/.test(error.message)) return strings.parts.failed(error.message);
  return error instanceof Error ? error.message : String(error);
}

export function Failed({ title, error, onAgain }: { title: string; error: unknown; onAgain?: () => void }) {
  return (
    <div className={styles.state} role="alert">
      <CircleAlert size={36} strokeWidth={1.5} aria-hidden className={styles.bad} />
      <h2>{title}</h2>
      <p className={styles.hint}>{wordsOf(error)}</p>
      {onAgain && (
        <div className={styles.actions}>
          <Button onClick={onAgain}>{strings.parts.again}</Button>
        </div>
      )}
    </div>
  );
}

/** Widths of a grid's grey rows while its pictures are on their way, in shares of a row. */
const GREY_ROWS = [
  [3, 4, 2, 3, 4],
  [4, 3, 3, 4, 2],
  [2, 4, 3, 4, 3],
];

export function LoadingGrid({ label = strings.parts.loading }: { label?: string }) {
  return (
    <div role="status" className={styles.loading}>
      <span className="only-read-aloud">{label}</span>
      {GREY_ROWS.map((row) => (
        <div key={row.join()} className={styles.row} aria-hidden>
          {row.map((share, number) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the row never changes
            <span key={number} className={styles.grey} style={{ flexGrow: share }} />
          ))}
        </div>
      ))}
    </div>
  );
}
