/** The place of a chart that is read: a line through it, and a ring around each value. */
import styles from "./Chart.module.css";
import type { Frame } from "./frame";
import { type Stop, valuesAt } from "./lines";
import type { Series } from "./types";

interface CursorProps {
  frame: Frame;
  series: readonly Series[];
  stop: Stop;
}

export function Cursor({ frame, series, stop }: CursorProps) {
  const at = Math.round(stop.left) + 0.5;
  return (
    <g>
      <line className={styles.cursor} x1={at} x2={at} y1={frame.top} y2={frame.bottom} />
      {valuesAt(series, stop.x).map(
        (point, index) =>
          point && (
            <g key={series[index]?.name} data-series={index} className={styles.series}>
              <circle className={styles.ring} cx={stop.left} cy={frame.y.at(point.y ?? 0)} r={4.5} />
            </g>
          ),
      )}
    </g>
  );
}
