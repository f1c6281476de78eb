/** What a detector saw, drawn on a picture; a click takes the box as the part to search with. */
import type { BoxSeen } from "../../api/types";
import type { Part } from "../../state/address";
import { percent } from "../../strings";
import { fromCorners } from "./part";
import styles from "./Region.module.css";

interface BoxesProps {
  boxes: readonly BoxSeen[];
  /** Left out: they are only shown. */
  onPick?: ((part: Part) => void) | undefined;
  labelOf?: (box: BoxSeen) => string;
}

/** `traffic_light` is a name among programs. */
export function plain(label: string): string {
  return label.replaceAll("_", " ");
}

export function Boxes({ boxes, onPick, labelOf }: BoxesProps) {
  const share = (value: number) => `${value * 100}%`;
  return boxes.map((box, number) => {
    const part = fromCorners(box.rect);
    if (!part) return null;
    const style = { left: share(part.x), top: share(part.y), width: share(part.w), height: share(part.h) };
    const name = `${plain(box.label)} ${percent(box.confidence, 0)}`.trim();
    const key = `${box.label}:${number}`;
    return onPick ? (
      <button
        key={key}
        type="button"
        className={styles.seen}
        style={style}
        aria-label={labelOf?.(box) ?? name}
        onClick={() => onPick(part)}
      >
        <span className={styles.tag}>{name}</span>
      </button>
    ) : (
      <span key={key} className={styles.seen} style={style}>
        <span className={styles.tag}>{name}</span>
      </span>
    );
  });
}
