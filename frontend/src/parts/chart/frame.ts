/** Where everything of a chart is: its scales, and the room that their words need. */
import { decimal } from "../../strings";
import { type Extent, extentOf, rounded, type Scale, scaleOf } from "./scale";
import type { ChartProps } from "./types";

export interface Frame {
  width: number;
  height: number;
  left: number;
  right: number;
  top: number;
  bottom: number;
  x: Scale;
  y: Scale;
  formatX: (value: number) => string;
  formatY: (value: number) => string;
}

/** Of a character of the ticks' size, in pixels; at most. */
const CHARACTER = 7;
/** Between two ticks, in pixels; at least. */
const APART = { x: 88, y: 44 };
const TOP = 22;
const RIGHT = 20;
const BELOW = 24;
const BELOW_WITH_LABEL = 42;
/** Fewer make no axis. */
const FEWEST_TICKS = 2;

const ticksIn = (pixels: number, apart: number) => Math.max(FEWEST_TICKS, Math.round(pixels / apart));

type Loose<Props> = { [Name in keyof Props]: Props[Name] | undefined };
type FrameProps = Loose<Omit<ChartProps, "label" | "hasDots" | "yLabel">> &
  Pick<ChartProps, "series"> & { height: number };

function extent(values: readonly number[], from: number | undefined, isLog: boolean): Extent {
  const begins = from === undefined ? [] : [from];
  const isBare = values.length === 0 && begins.length > 0;
  return isBare ? [from ?? 0, (from ?? 0) + 1] : extentOf([...values, ...begins], isLog);
}

export function frameOf(props: FrameProps, width: number): Frame {
  const { series, marks = [], xLog = false, yLog = false, formatX = decimal, formatY = decimal, height } = props;
  const points = series.flatMap((one) => one.points);
  const top = TOP;
  const bottom = height - (props.xLabel ? BELOW_WITH_LABEL : BELOW);
  const heights = points.flatMap(({ y }) => (y === null ? [] : [y]));
  const rows = ticksIn(bottom - top, APART.y);
  const yExtent = rounded(extent(heights, props.yFrom, yLog), rows, yLog);
  const y = scaleOf({ extent: yExtent, pixels: [bottom, top], isLog: yLog, count: rows });
  const longest = Math.max(2, ...y.ticks.map((tick) => formatY(tick).length));
  const left = longest * CHARACTER + 12;
  const right = Math.max(left + 1, width - RIGHT);
  const places = [...points, ...marks].map((one) => one.x);
  const xExtent = extent(places, props.xFrom, xLog);
  const columns = ticksIn(right - left, APART.x);
  const x = scaleOf({ extent: xExtent, pixels: [left, right], isLog: xLog, count: columns, ticks: props.xTicks });
  return { width, height, left, right, top, bottom, x, y, formatX, formatY };
}
