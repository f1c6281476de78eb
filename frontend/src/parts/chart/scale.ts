/** From values to pixels, on linear and logarithmic axes, with ticks at values that people would choose. */

export type Extent = readonly [least: number, most: number];
/** About `count` values within the extent. */
export type TicksOf = (extent: Extent, count: number) => readonly number[];

export interface Scale {
  readonly extent: Extent;
  readonly ticks: readonly number[];
  /** Where a value is, in pixels. */
  at: (value: number) => number;
  /** Whether it can be shown: on a logarithmic axis nothing is at 0. */
  has: (value: number) => boolean;
}

/** Steps of ticks, within a power of ten. */
const STEPS = [1, 2, 5, 10] as const;
/** Decades up to which a logarithmic axis has ticks between the powers of ten. */
const FEW_DECADES = 3;
/** What computing with fractions may be off by. */
const SLACK = 1e-9;

/** From the least to the most of these; never a single value, nor none. */
export function extentOf(values: readonly number[], isLog: boolean): Extent {
  const usable = values.filter((value) => Number.isFinite(value) && (!isLog || value > 0));
  if (usable.length === 0) return isLog ? [1, 10] : [0, 1];
  const least = usable.reduce((one, other) => Math.min(one, other));
  const most = usable.reduce((one, other) => Math.max(one, other));
  if (least < most) return [least, most];
  if (isLog) return [least / 2, least * 2];
  return least === 0 ? [0, 1] : [least - Math.abs(least) / 2, least + Math.abs(least) / 2];
}

/** The smallest round step that makes no more than about so many parts. */
export function roundStep(span: number, count: number): number {
  const rough = span / Math.max(count, 1);
  const power = 10 ** Math.floor(Math.log10(rough));
  return (STEPS.find((step) => step * power >= rough * (1 - SLACK)) ?? 10) * power;
}

const exact = (value: number) => Number(value.toPrecision(12));

export const linearTicks: TicksOf = ([least, most], count) => {
  const step = roundStep(most - least, count);
  const first = Math.ceil(least / step - SLACK);
  const last = Math.floor(most / step + SLACK);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => exact((first + index) * step));
};

export const logTicks: TicksOf = ([least, most], count) => {
  const [from, to] = [Math.floor(Math.log10(least)), Math.ceil(Math.log10(most))];
  const factors = Math.log10(most / least) > FEW_DECADES ? [1] : [1, 2, 5];
  const ticks: number[] = [];
  for (let power = from; power <= to; power += 1) {
    ticks.push(...factors.map((factor) => exact(factor * 10 ** power)));
  }
  const inside = ticks.filter((tick) => tick >= least * (1 - SLACK) && tick <= most * (1 + SLACK));
  return inside.length > 1 ? inside : linearTicks([least, most], count);
};

/** Widened to the next round values. */
export function rounded([least, most]: Extent, count: number, isLog: boolean): Extent {
  if (isLog) {
    const power = 10 ** Math.floor(Math.log10(least));
    const from = STEPS.findLast((step) => step * power <= least * (1 + SLACK)) ?? 1;
    const upper = 10 ** Math.floor(Math.log10(most));
    const to = STEPS.find((step) => step * upper >= most * (1 - SLACK)) ?? 10;
    return [exact(from * power), exact(to * upper)];
  }
  const step = roundStep(most - least, count);
  return [exact(Math.floor(least / step + SLACK) * step), exact(Math.ceil(most / step - SLACK) * step)];
}

interface ScaleOptions {
  extent: Extent;
  /** Where the extent's ends are; the first may be the larger one. */
  pixels: readonly [from: number, to: number];
  isLog: boolean;
  /** About how many ticks. */
  count: number;
  ticks?: TicksOf | undefined;
}

export function scaleOf({ extent, pixels, isLog, count, ticks = isLog ? logTicks : linearTicks }: ScaleOptions): Scale {
  const place = isLog ? Math.log : (value: number) => value;
  const [from, to] = [place(extent[0]), place(extent[1])];
  return {
    extent,
    ticks: ticks(extent, count),
    at: (value) => pixels[0] + ((place(value) - from) / (to - from)) * (pixels[1] - pixels[0]),
    has: (value) => Number.isFinite(value) && (!isLog || value > 0),
  };
}
