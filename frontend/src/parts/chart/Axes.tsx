/** Axes of a chart: lines at round values, and what they are. Drawn for eyes only; the table says it to all others. */
import styles from "./Chart.module.css";
import type { Frame } from "./frame";
import type { Mark } from "./types";

interface AxesProps {
  frame: Frame;
  xLabel: string | undefined;
  yLabel: string | undefined;
}

export function Axes({ frame, xLabel, yLabel }: AxesProps) {
  const { left, right, top, bottom, height, x, y, formatX, formatY } = frame;
  return (
    <g>
      {y.ticks.map((tick) => (
        <g key={tick} transform={`translate(0 ${Math.round(y.at(tick)) + 0.5})`}>
          <line className={styles.rule} x1={left} x2={right} />
          <text className={styles.tick} x={left - 8} dy="0.35em" textAnchor="end">
            {formatY(tick)}
          </text>
        </g>
      ))}
      {x.ticks.map((tick) => (
        <g key={tick} transform={`translate(${Math.round(x.at(tick)) + 0.5} 0)`}>
          <line className={styles.stub} y1={bottom} y2={bottom + 4} />
          <text className={styles.tick} y={bottom + 18} textAnchor="middle">
            {formatX(tick)}
          </text>
        </g>
      ))}
      {yLabel && (
        <text className={styles.axis} x={0} y={top - 12}>
          {yLabel}
        </text>
      )}
      {xLabel && (
        <text className={styles.axis} x={right} y={height - 4} textAnchor="end">
          {xLabel}
        </text>
      )}
    </g>
  );
}

/** Lines from bottom to top, each with its word at the side where there is room. */
export function Marks({ frame, marks }: { frame: Frame; marks: readonly Mark[] }) {
  const { left, right, top, bottom, x } = frame;
  return (
    <g>
      {marks.map((mark) => {
        const at = Math.round(x.at(mark.x)) + 0.5;
        const isRight = at > (left + right) / 2;
        return (
          <g key={`${mark.x} ${mark.label}`}>
            <line className={styles.mark} x1={at} x2={at} y1={top} y2={bottom} />
            <text
              className={styles.markLabel}
              x={isRight ? at - 6 : at + 6}
              y={top + 10}
              textAnchor={isRight ? "end" : "start"}
            >
              {mark.label}
            </text>
          </g>
        );
      })}
    </g>
  );
}
