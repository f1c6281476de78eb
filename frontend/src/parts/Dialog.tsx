/** A dialog over the page: the browser's own, which keeps the focus inside, closes with Escape and needs no inline style. */
import { X } from "lucide-react";
import { type MouseEvent, type ReactNode, useEffect, useId, useRef } from "react";
import { strings } from "../strings";
import { IconButton } from "./Button";
import styles from "./Dialog.module.css";

interface DialogProps {
  title: string;
  isOpen: boolean;
  onClose: () => void;
  children: ReactNode;
  /** Buttons at the foot. */
  foot?: ReactNode;
}

export function Dialog({ title, isOpen, onClose, children, foot }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const element = dialog.current;
    if (isOpen && element && !element.open) {
      element.showModal();
      // The browser would choose the button that closes.
      element.querySelector<HTMLElement>("[data-body] :is(input, textarea)")?.focus();
    }
    if (!isOpen && element?.open) element.close();
  }, [isOpen]);
  const onBackdrop = (event: MouseEvent) => event.target === dialog.current && onClose();
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes every dialog by itself
    <dialog ref={dialog} className={styles.dialog} aria-labelledby={id} onClose={onClose} onClick={onBackdrop}>
      {isOpen && (
        <div className={styles.sheet}>
          <header className={styles.head}>
            <h2 id={id}>{title}</h2>
            <IconButton label={strings.parts.close} onClick={onClose}>
              <X size={18} aria-hidden />
            </IconButton>
          </header>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys */}
          <div className={styles.body} data-body tabIndex={0}>
            {children}
          </div>
          {foot && <footer className={styles.foot}>{foot}</footer>}
        </div>
      )}
    </dialog>
  );
}
