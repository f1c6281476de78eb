/** What detectors saw, drawn over a picture: one box each, with its label. */
import type { Seen } from "../../api/types";
import { percent } from "../../strings";
import styles from "./Boxes.module.css";

const inside = (value: number) => Math.min(1, Math.max(0, value));
const share = (value: number) => `${inside(value) * 100}%`;

/** Boxes that begin higher have no room for their label above. */
const HIGH = 0.04;

export function labelOf({ label, index }: Pick<Seen, "label" | "index">): string {
  return label ? label.replaceAll("_", " ") : `#${index}`;
}

function Box({ one }: { one: Seen }) {
  const { x1, y1, x2, y2 } = one.rect;
  const place = { left: share(x1), top: share(y1), right: share(1 - inside(x2)), bottom: share(1 - inside(y2)) };
  return (
    <li className={styles.box} style={place} data-high={y1 < HIGH}>
      <span className={styles.label}>
        {labelOf(one)} {percent(one.confidence, 0)}
      </span>
    </li>
  );
}

export function Boxes({ seen }: { seen: readonly Seen[] }) {
  return (
    <ul className={styles.boxes}>
      {seen.map((one, number) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: detections have no number of their own and do not move
        <Box key={`${one.detector}:${number}`} one={one} />
      ))}
    </ul>
  );
}
