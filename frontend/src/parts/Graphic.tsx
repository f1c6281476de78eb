/** Says of a picture that it is graphic; shown at once, and taken back when the server refuses. */
import { Switch } from "radix-ui";
import { useId, useState } from "react";
import { markGraphic } from "../api/media";
import { strings } from "../strings";
import styles from "./Graphic.module.css";
import { sayFailure } from "./toasts";

const words = strings.parts.graphic;

export function Graphic({ id, isGraphic }: { id: number; isGraphic: boolean }) {
  const [isOn, setOn] = useState(isGraphic);
  const label = useId();
  const change = (next: boolean) => {
    setOn(next);
    markGraphic(id, next).catch((error) => {
      setOn(!next);
      sayFailure(error);
    });
  };
  return (
    <div className={styles.graphic}>
      <Switch.Root className={styles.switch} checked={isOn} onCheckedChange={change} aria-labelledby={label}>
        <Switch.Thumb className={styles.thumb} />
      </Switch.Root>
      <span id={label}>{words.title}</span>
      <span className={styles.hint}>{words.hint}</span>
    </div>
  );
}
