/** Where features agree: which hits several of them found, and on which place each has them. */

/** How many hits of each feature are compared. */
export const COMPARED = 60;

/** Of a picture: its place (from 1) with each feature that found it, by the number of the feature's column. */
export type Places = ReadonlyMap<number, number>;

/** The places of every picture that more than one feature found among its first. */
export function agreement(columns: readonly (readonly number[])[], compared = COMPARED): ReadonlyMap<number, Places> {
  const found = new Map<number, Map<number, number>>();
  columns.forEach((ids, column) => {
    ids.slice(0, compared).forEach((id, index) => {
      const places = found.get(id) ?? new Map<number, number>();
      if (!places.has(column)) places.set(column, index + 1);
      found.set(id, places);
    });
  });
  return new Map([...found].filter(([, places]) => places.size > 1));
}

/** Pictures that all features found, and the share of the first hits that they are. */
export function unanimous(agreed: ReadonlyMap<number, Places>, columns: number): number {
  return [...agreed.values()].filter((places) => places.size === columns).length;
}
