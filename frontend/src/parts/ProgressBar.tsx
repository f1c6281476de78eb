/** How far something is; without a total, that it goes on. */
import { strings } from "../strings";
import styles from "./ProgressBar.module.css";

interface ProgressBarProps {
  label: string;
  current: number;
  /** Unknown or 0: nobody knows how much it will be. */
  total: number | undefined;
}

export function ProgressBar({ label, current, total }: ProgressBarProps) {
  const isKnown = total !== undefined && total > 0;
  return (
    <progress
      className={styles.bar}
      aria-label={label}
      aria-valuetext={isKnown ? strings.parts.progress(current, total) : strings.parts.loading}
      {...(isKnown && { value: Math.min(current, total), max: total })}
    />
  );
}
