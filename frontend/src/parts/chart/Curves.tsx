/** The lines of a chart. Drawn again only when values or room have changed, not as the cursor moves. */
import { memo } from "react";
import styles from "./Chart.module.css";
import type { Frame } from "./frame";
import { pathOf, runsOf } from "./lines";
import type { Series } from "./types";

interface CurvesProps {
  frame: Frame;
  series: readonly Series[];
  hasDots: boolean;
}

export const Curves = memo(function Curves({ frame, series, hasDots }: CurvesProps) {
  return (
    <g>
      {series.map(({ name, points }, index) => {
        const runs = runsOf(points, frame);
        return (
          <g key={name} data-series={index} className={styles.series}>
            <path className={styles.line} d={pathOf(runs)} />
            {hasDots &&
              runs
                .flat()
                .map(({ left, top }) => (
                  <circle key={`${left} ${top}`} className={styles.dot} cx={left} cy={top} r={3.5} />
                ))}
          </g>
        );
      })}
    </g>
  );
});
