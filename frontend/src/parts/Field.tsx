/** Fields of forms and of filter bars: a word, the control, and what is wrong with it. */
import clsx from "clsx";
import {
  type InputHTMLAttributes,
  type ReactNode,
  type SelectHTMLAttributes,
  type TextareaHTMLAttributes,
  useId,
} from "react";
import styles from "./Field.module.css";

interface FieldProps {
  label: string;
  /** Only read aloud: where the control says it itself. */
  isLabelHidden?: boolean;
  hint?: ReactNode;
  /** In the server's words. */
  error?: string | undefined;
}

interface Inside {
  id: string;
  "aria-describedby"?: string;
  "aria-invalid"?: boolean;
}

function Around({
  label,
  isLabelHidden,
  hint,
  error,
  children,
}: FieldProps & { children: (inside: Inside) => ReactNode }) {
  const id = useId();
  const note = error ?? hint;
  const inside = { id, ...(note && { "aria-describedby": `${id}-note` }), ...(error && { "aria-invalid": true }) };
  return (
    <div className={styles.field}>
      <label htmlFor={id} className={isLabelHidden ? "only-read-aloud" : styles.label}>
        {label}
      </label>
      {children(inside)}
      {note && (
        <p id={`${id}-note`} className={error ? styles.error : styles.hint} role={error ? "alert" : undefined}>
          {note}
        </p>
      )}
    </div>
  );
}

export function TextField({
  label,
  isLabelHidden = false,
  hint,
  error,
  className,
  ...rest
}: FieldProps & InputHTMLAttributes<HTMLInputElement>) {
  return (
    <Around {...{ label, isLabelHidden, hint, error }}>
      {(inside) => <input className={clsx(styles.control, className)} {...inside} {...rest} />}
    </Around>
  );
}

export function LongTextField({
  label,
  isLabelHidden = false,
  hint,
  error,
  className,
  ...rest
}: FieldProps & TextareaHTMLAttributes<HTMLTextAreaElement>) {
  return (
    <Around {...{ label, isLabelHidden, hint, error }}>
      {(inside) => <textarea className={clsx(styles.control, styles.long, className)} {...inside} {...rest} />}
    </Around>
  );
}

export function SelectField({
  label,
  isLabelHidden = false,
  hint,
  error,
  className,
  ...rest
}: FieldProps & SelectHTMLAttributes<HTMLSelectElement>) {
  return (
    <Around {...{ label, isLabelHidden, hint, error }}>
      {(inside) => <select className={clsx(styles.control, className)} {...inside} {...rest} />}
    </Around>
  );
}
