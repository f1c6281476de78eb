/** Things to choose with in panels: the browser's own, styled. */
import { ChevronDown } from "lucide-react";
import type { InputHTMLAttributes, ReactNode, SelectHTMLAttributes } from "react";
import styles from "./Fields.module.css";

interface SelectProps extends Omit<SelectHTMLAttributes<HTMLSelectElement>, "onChange"> {
  label: string;
  /** The label is only read aloud: what stands above says the same. */
  isLabelHidden?: boolean;
  onPick: (value: string) => void;
  children: ReactNode;
}

export function Select({ label, isLabelHidden = false, onPick, children, ...rest }: SelectProps) {
  return (
    <label className={styles.field}>
      <span className={isLabelHidden ? "only-read-aloud" : styles.label}>{label}</span>
      <span className={styles.choice}>
        <select className={styles.select} onChange={({ currentTarget }) => onPick(currentTarget.value)} {...rest}>
          {children}
        </select>
        <ChevronDown className={styles.arrow} size={14} aria-hidden />
      </span>
    </label>
  );
}

interface CheckProps {
  label: ReactNode;
  isOn: boolean;
  onChange: (isOn: boolean) => void;
}

export function Check({ label, isOn, onChange }: CheckProps) {
  return (
    <label className={styles.check}>
      <input type="checkbox" checked={isOn} onChange={({ currentTarget }) => onChange(currentTarget.checked)} />
      <span>{label}</span>
    </label>
  );
}

interface DayProps extends Omit<InputHTMLAttributes<HTMLInputElement>, "onChange"> {
  label: string;
  onPick: (day: string) => void;
}

/** A day of the calendar. */
export function Day({ label, onPick, ...rest }: DayProps) {
  return (
    <label className={styles.field}>
      <span className={styles.label}>{label}</span>
      <input
        type="date"
        className={styles.select}
        onChange={({ currentTarget }) => onPick(currentTarget.value)}
        {...rest}
      />
    </label>
  );
}

/** Fields that belong together, with their name. */
export function Section({ title, children, aside }: { title: string; children: ReactNode; aside?: ReactNode }) {
  return (
    <fieldset className={styles.section}>
      <legend className={styles.legend}>{title}</legend>
      {aside && <span className={styles.aside}>{aside}</span>}
      {children}
    </fieldset>
  );
}
