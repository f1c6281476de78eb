/** Buttons, and links that look like them. */
import clsx from "clsx";
import type { ButtonHTMLAttributes, ReactNode } from "react";
import styles from "./Button.module.css";

export type ButtonKind = "plain" | "primary" | "quiet" | "danger";

export function buttonClass(kind: ButtonKind = "plain", isSquare = false): string {
  return clsx(styles.button, styles[kind], isSquare && styles.square);
}

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  kind?: ButtonKind;
  icon?: ReactNode;
  /** Shows that what it began goes on, and takes no second click. */
  isBusy?: boolean;
}

export function Button({ kind = "plain", icon, isBusy = false, children, className, disabled, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      className={clsx(buttonClass(kind), className)}
      disabled={disabled || isBusy}
      aria-busy={isBusy}
      {...rest}
    >
      {icon}
      {children}
    </button>
  );
}

interface IconButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, "children"> {
  /** What it does: read aloud, and shown when one points at it. */
  label: string;
  children: ReactNode;
}

export function IconButton({ label, children, className, ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      className={clsx(buttonClass("quiet", true), className)}
      aria-label={label}
      title={label}
      {...rest}
    >
      {children}
    </button>
  );
}
