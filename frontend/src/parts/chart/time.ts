/** Axes of time: values in milliseconds since 1970, ticks at whole minutes and hours of the reader's clock. */
import type { TicksOf } from "./scale";

const MINUTE_MS = 60_000;
const STEPS_MINUTES = [1, 2, 5, 10, 15, 30, 60, 120, 180, 240, 360, 720, 1440];

export const timeTicks: TicksOf = ([least, most], count) => {
  const rough = (most - least) / Math.max(count, 1);
  const minutes = STEPS_MINUTES.find((step) => step * MINUTE_MS >= rough) ?? 1440;
  const step = minutes * MINUTE_MS;
  // Hours of the reader's clock, not of Greenwich: some zones are half an hour off.
  const offset = new Date(least).getTimezoneOffset() * MINUTE_MS;
  const first = Math.ceil((least - offset) / step);
  const last = Math.floor((most - offset) / step);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => (first + index) * step + offset);
};
