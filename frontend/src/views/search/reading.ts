/** What a distance means in this library. The server says how far strangers are; here it is only looked up. */
import { fraction, percent, strings } from "../../strings";

/** At a distance, the share of the library that is at least as close by chance. */
export interface Quantile {
  distance: number;
  closer: number;
}

export interface Reading {
  /** Rising in both. */
  quantiles: readonly Quantile[];
  /** From here on hits are no better than chance; nothing when it was not met. */
  noise_distance?: number | null;
}

/** The share of the library, 0 to 1, that is at least as close by chance; between two known points on a straight line. */
export function chance({ quantiles }: Reading, distance: number): number | undefined {
  const next = quantiles.findIndex((one) => one.distance >= distance);
  const [first, last] = [quantiles[0], quantiles.at(-1)];
  if (!first || !last) return undefined;
  if (next < 0) return last.closer;
  const [from, to] = [quantiles[next - 1], quantiles[next]];
  if (!to || !from) return first.closer;
  const way = to.distance - from.distance;
  return way <= 0 ? to.closer : from.closer + ((distance - from.distance) / way) * (to.closer - from.closer);
}

/** The share of the library that is farther: "closer than 99.98 %". */
export function closerThan(reading: Reading | undefined, distance: number): number | undefined {
  const share = reading && chance(reading, distance);
  return share === undefined ? undefined : Math.min(1, Math.max(0, 1 - share));
}

const SAME = 5e-4;

/** Above this the decimals are what tells hits apart. */
const FINE = 0.99;

export function shareInWords(share: number): string {
  return percent(share, share >= FINE ? 2 : 0);
}

export interface Said {
  distance: string;
  /** Of the library that is farther; nothing where it is not known. */
  closer: string | undefined;
}

/** A hit's distance in words: short enough for a line under a picture. */
export function said(reading: Reading | undefined, distance: number): Said {
  if (distance < SAME) return { distance: strings.search.same, closer: undefined };
  const share = closerThan(reading, distance);
  return { distance: fraction(distance), closer: share === undefined ? undefined : shareInWords(share) };
}

/** The place of the first hit that is noise, among hits in order of distance; nothing when all stand out or nothing is known. */
export function noiseFrom(reading: Reading | undefined, distances: readonly number[]): number | undefined {
  const edge = reading?.noise_distance;
  if (edge == null) return undefined;
  const place = distances.findIndex((distance) => distance >= edge);
  return place < 0 ? undefined : place;
}
