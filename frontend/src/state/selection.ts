/** Which of a list are selected, as people know it from their files: click, ctrl, shift, everything, a marquee. */

/** Ids that are selected, and where a range would begin. Never changed in place. */
export interface Selection {
  readonly ids: ReadonlySet<number>;
  readonly anchor: number | undefined;
  /** What was selected when the anchor was set: a range that is drawn again smaller gives back what it took. */
  readonly base?: ReadonlySet<number>;
}

export const NOTHING: Selection = { ids: new Set(), anchor: undefined };

/** Adds what is not in, takes out what is. Ranges begin here afterwards. */
export function toggled(selection: Selection, id: number): Selection {
  const ids = new Set(selection.ids);
  if (!ids.delete(id)) ids.add(id);
  return { ids, anchor: id, base: ids };
}

/** The same, with the next range beginning at `id`. */
export function anchored(selection: Selection, id: number): Selection {
  return { ids: selection.ids, anchor: id, base: selection.ids };
}

/** All from the anchor to `id`, in the order of the list; the anchor stays, so that the range can be drawn again, larger or smaller. */
export function ranged(selection: Selection, id: number, order: readonly number[]): Selection {
  const to = order.indexOf(id);
  const from = selection.anchor === undefined ? to : order.indexOf(selection.anchor);
  if (to < 0) return selection;
  const [first, last] = from < 0 ? [to, to] : [Math.min(from, to), Math.max(from, to)];
  const base = from < 0 ? selection.ids : (selection.base ?? selection.ids);
  return {
    ids: new Set([...base, ...order.slice(first, last + 1)]),
    anchor: from < 0 ? id : selection.anchor,
    base,
  };
}

/** Exactly these. */
export function only(ids: Iterable<number>): Selection {
  const set = new Set(ids);
  return { ids: set, anchor: set.values().next().value };
}

/** These besides. */
export function joined(selection: Selection, ids: Iterable<number>): Selection {
  const all = new Set([...selection.ids, ...ids]);
  return { ids: all, anchor: selection.anchor, base: all };
}

/** Without those that the list does not have any more. */
export function stillThere(selection: Selection, order: readonly number[]): Selection {
  const there = new Set(order);
  const ids = [...selection.ids].filter((id) => there.has(id));
  if (ids.length === selection.ids.size) return selection;
  const anchor = selection.anchor !== undefined && there.has(selection.anchor) ? selection.anchor : undefined;
  return { ids: new Set(ids), anchor };
}
