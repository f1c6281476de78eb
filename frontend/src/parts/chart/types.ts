/** What a chart needs to know of what it shows. */
import type { TicksOf } from "./scale";

export interface Point {
  x: number;
  /** `null` leaves a gap: nothing is known here. */
  y: number | null;
  /** What belongs to this point besides its values: the setting that it was measured with. */
  note?: string;
}

export interface Series {
  name: string;
  points: readonly Point[];
}

/** A line from bottom to top with a word: the present setting, an event. */
export interface Mark {
  x: number;
  label: string;
}

export interface ChartProps {
  /** What the chart shows: its title, also for those who hear it. */
  label: string;
  series: readonly Series[];
  xLabel?: string;
  /** With the unit. */
  yLabel?: string;
  /** Logarithmic: values of 0 and below are left out. */
  xLog?: boolean;
  yLog?: boolean;
  /** Where an axis begins unless a value is smaller; without it, at the smallest value. */
  xFrom?: number;
  yFrom?: number;
  /** For axes whose round values are no round numbers: times. */
  xTicks?: TicksOf;
  formatX?: (value: number) => string;
  formatY?: (value: number) => string;
  marks?: readonly Mark[];
  /** Draws each point too: where there are few, and each was measured by itself. */
  hasDots?: boolean;
  /** CSS pixels. */
  height?: number;
}
