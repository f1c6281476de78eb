/** Which line is which, and what they say at the cursor. */
import { strings } from "../../strings";
import styles from "./Chart.module.css";
import type { Frame } from "./frame";
import { type Stop, valuesAt } from "./lines";
import type { Series } from "./types";

const words = strings.chart;

function Swatch({ index }: { index: number }) {
  return (
    <svg className={styles.swatch} width="20" height="8" aria-hidden="true">
      <g data-series={index} className={styles.series}>
        <path className={styles.line} d="M2,4H18" />
      </g>
    </svg>
  );
}

interface LegendProps {
  series: readonly Series[];
  frame: Frame | undefined;
  stop: Stop | undefined;
}

/** Always as high as with values: the chart does not jump as one points at it. */
export function Legend({ series, frame, stop }: LegendProps) {
  const values = stop && valuesAt(series, stop.x);
  return (
    <ul className={styles.legend}>
      {frame && stop && <li className={styles.place}>{frame.formatX(stop.x)}</li>}
      {series.map(({ name }, index) => {
        const point = values?.[index];
        return (
          <li key={name} className={styles.entry}>
            <Swatch index={index} />
            {name}
            {frame && point && <strong>{frame.formatY(point.y ?? 0)}</strong>}
            {point?.note && <span>{point.note}</span>}
          </li>
        );
      })}
    </ul>
  );
}

/** The same as a sentence, for those who hear it. */
export function readAloud(series: readonly Series[], frame: Frame, stop: Stop): string {
  const values = valuesAt(series, stop.x).map((point, index) => {
    const value = point ? frame.formatY(point.y ?? 0) : words.nothing;
    return words.value(series[index]?.name ?? "", point?.note ? `${value}, ${point.note}` : value);
  });
  return words.place(frame.formatX(stop.x), values.join(", "));
}
