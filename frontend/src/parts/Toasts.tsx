/** Shows the notices, lowest at the bottom, and reads them aloud. */
import clsx from "clsx";
import { X } from "lucide-react";
import { useEffect, useState } from "react";
import { strings } from "../strings";
import { Button, IconButton } from "./Button";
import styles from "./Toasts.module.css";
import { dismiss, stay, type Toast, useToasts } from "./toasts";

function Notice({ toast }: { toast: Toast }) {
  const [isHeld, setHeld] = useState(false);
  useEffect(() => {
    const milliseconds = stay(toast);
    if (isHeld || milliseconds === undefined) return;
    const timer = setTimeout(() => dismiss(toast.id), milliseconds);
    return () => clearTimeout(timer);
  }, [toast, isHeld]);
  const { action } = toast;
  const act = () => {
    dismiss(toast.id);
    action?.run();
  };
  return (
    <li
      className={clsx(styles.toast, styles[toast.kind])}
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
    >
      <span className={styles.text}>{toast.text}</span>
      {action && (
        <Button kind="quiet" onClick={act}>
          {action.label}
        </Button>
      )}
      <IconButton label={strings.parts.close} onClick={() => dismiss(toast.id)}>
        <X size={16} aria-hidden />
      </IconButton>
    </li>
  );
}

export function Toasts() {
  const toasts = useToasts();
  return (
    <section aria-label={strings.parts.notices} className={styles.place}>
      <ol aria-live="polite" aria-relevant="additions">
        {toasts.map((toast) => (
          <Notice key={toast.id} toast={toast} />
        ))}
      </ol>
    </section>
  );
}
