/** What a distance means in this library, as the server tells it of each hit; here it is only put into words. */
import type { SearchAnswer } from "../../api/types";
import { fraction, percent, strings } from "../../strings";

export interface Reading {
  /** Of a hit, by its number: the share of the library, 0 to 1, that is farther. */
  readonly closer: ReadonlyMap<number, number>;
  /** So many hits stand out from chance, counted from the closest; nothing where that is not known. */
  readonly standingOut: number | undefined;
}

type Page = Pick<SearchAnswer, "query" | "res">;

/** What all pages tell together; nothing of a library that is too small to tell. */
export function readingOf(pages: readonly Page[]): Reading | undefined {
  const shares = pages.flatMap(({ query, res }) =>
    (query.reading?.closer ?? []).flatMap((share, place): [number, number][] => {
      const hit = res[place];
      return hit ? [[hit.id, share]] : [];
    }),
  );
  if (shares.length === 0) return undefined;
  return { closer: new Map(shares), standingOut: pages[0]?.query.reading?.standing_out ?? undefined };
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
export function said(distance: number, share: number | undefined): Said {
  if (distance < SAME) return { distance: strings.search.same, closer: undefined };
  return { distance: fraction(distance), closer: share === undefined ? undefined : shareInWords(share) };
}

/**
 * The place of the first hit that is noise, among those that are shown of all that are loaded, both in order of distance; nothing
 * when all stand out or nothing is known.
 */
export function noiseFrom(
  reading: Reading | undefined,
  loaded: readonly number[],
  shown: readonly number[],
): number | undefined {
  const edge = reading?.standingOut;
  if (edge === undefined || edge >= loaded.length) return undefined;
  const noise = new Set(loaded.slice(edge));
  const place = shown.findIndex((id) => noise.has(id));
  return place < 0 ? undefined : place;
}
