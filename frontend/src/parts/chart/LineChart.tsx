/**
 * Lines over an axis. Values are read by pointing, by arrow keys, and as a table. `series` and functions should stay the same
 * objects while nothing changes: the lines are not drawn again then.
 */
import { type PointerEvent, useMemo, useRef, useState } from "react";
import { decimal, strings } from "../../strings";
import { Axes, Marks } from "./Axes";
import styles from "./Chart.module.css";
import { Cursor } from "./Cursor";
import { Curves } from "./Curves";
import { DataTable } from "./DataTable";
import { type Frame, frameOf } from "./frame";
import { Legend, readAloud } from "./Legend";
import { nearestStop, type Stop, stopsOf } from "./lines";
import type { ChartProps, Series } from "./types";
import { useWidth } from "./useWidth";

const words = strings.chart;
const HEIGHT = 200;
const NO_MARKS: NonNullable<ChartProps["marks"]> = [];

function useFrame(props: ChartProps, width: number): Frame | undefined {
  const { series, marks, xLabel, xLog, yLog, xFrom, yFrom, xTicks, formatX, formatY, height = HEIGHT } = props;
  return useMemo(() => {
    const given = { series, marks, xLabel, xLog, yLog, xFrom, yFrom, xTicks, formatX, formatY, height };
    return width > 0 ? frameOf(given, width) : undefined;
  }, [series, marks, xLabel, xLog, yLog, xFrom, yFrom, xTicks, formatX, formatY, height, width]);
}

interface KeysProps {
  label: string;
  series: readonly Series[];
  frame: Frame;
  stops: readonly Stop[];
  index: number | undefined;
  onMove: (index: number | undefined) => void;
}

/** The browser's own slider, out of sight: arrows, Home and End go from point to point, and each is read aloud. */
function ByKeys({ label, series, frame, stops, index = stops.length - 1, onMove }: KeysProps) {
  const stop = stops[index];
  return (
    <input
      type="range"
      className="only-read-aloud"
      aria-label={words.points(label)}
      aria-valuetext={stop ? readAloud(series, frame, stop) : ""}
      min={0}
      max={stops.length - 1}
      step={1}
      value={index}
      onFocus={() => onMove(index)}
      onBlur={() => onMove(undefined)}
      onChange={({ currentTarget }) => onMove(Number(currentTarget.value))}
    />
  );
}

export function LineChart(props: ChartProps) {
  const { label, series, xLabel, yLabel, marks = NO_MARKS, hasDots = false, height = HEIGHT } = props;
  const box = useRef<HTMLDivElement>(null);
  const frame = useFrame(props, useWidth(box));
  const [pointed, setPointed] = useState<number>();
  const stops = useMemo(() => (frame ? stopsOf(series, frame) : []), [series, frame]);
  const index = pointed === undefined ? undefined : Math.min(pointed, stops.length - 1);
  const stop = index === undefined ? undefined : stops[index];
  const point = ({ clientX, currentTarget }: PointerEvent) =>
    setPointed(nearestStop(stops, clientX - currentTarget.getBoundingClientRect().left));
  return (
    <figure className={styles.chart} aria-label={label}>
      <figcaption className={styles.head}>
        <span className={styles.title}>{label}</span>
        <Legend series={series} frame={frame} stop={stop} />
      </figcaption>
      <div ref={box} className={styles.box} style={{ height }}>
        {frame && (
          <svg
            className={styles.drawing}
            width={frame.width}
            height={height}
            aria-hidden="true"
            onPointerMove={point}
            onPointerDown={point}
            onPointerLeave={() => setPointed(undefined)}
          >
            <Axes frame={frame} xLabel={xLabel} yLabel={yLabel} />
            <Marks frame={frame} marks={marks} />
            <Curves frame={frame} series={series} hasDots={hasDots} />
            {stop && <Cursor frame={frame} series={series} stop={stop} />}
          </svg>
        )}
        {frame && stops.length > 0 && (
          <ByKeys label={label} series={series} frame={frame} stops={stops} index={index} onMove={setPointed} />
        )}
        {stops.length === 0 && <p className={styles.empty}>{words.empty}</p>}
      </div>
      <DataTable
        label={label}
        series={series}
        xLabel={xLabel}
        frame={{ formatX: props.formatX ?? decimal, formatY: props.formatY ?? decimal }}
      />
    </figure>
  );
}
