/** Which of a list are selected, as people know it from their files: click, ctrl, shift, everything, a marquee. */

/** Ids that are selected, and where a range would begin. Never changed in place. */
export interface Selection {
  readonly ids: ReadonlySet<number>;
  readonly anchor: number | undefined;
}

export const NOTHING: Selection = { ids: new Set(), anchor: undefined };

/** Adds what is not in, takes out what is. Ranges begin here afterwards. */
export function toggled(selection: Selection, id: number): Selection {
  const ids = new Set(selection.ids);
  if (!ids.delete(id)) ids.add(id);
  return { ids, anchor: id };
}

/** All from the anchor to `id`, in the order of the list; the anchor stays, so that the range can be drawn again. */
export function ranged(selection: Selection, id: number, order: readonly number[]): Selection {
  const to = order.indexOf(id);
  const from = selection.anchor === undefined ? to : order.indexOf(selection.anchor);
  if (to < 0) return selection;
  const [first, last] = from < 0 ? [to, to] : [Math.min(from, to), Math.max(from, to)];
  return {
    ids: new Set([...selection.ids, ...order.slice(first, last + 1)]),
    anchor: from < 0 ? id : selection.anchor,
  };
}

/** Exactly these. */
export function only(ids: Iterable<number>): Selection {
  const set = new Set(ids);
  return { ids: set, anchor: set.values().next().value };
}

/** These besides. */
export function joined(selection: Selection, ids: Iterable<number>): Selection {
  return { ids: new Set([...selection.ids, ...ids]), anchor: selection.anchor };
}

/** Without those that the list does not have any more. */
export function stillThere(selection: Selection, order: readonly number[]): Selection {
  const there = new Set(order);
  const ids = [...selection.ids].filter((id) => there.has(id));
  if (ids.length === selection.ids.size) return selection;
  const anchor = selection.anchor !== undefined && there.has(selection.anchor) ? selection.anchor : undefined;
  return { ids: new Set(ids), anchor };
}
