/** The pages of a collection's pictures as they are after a change, before the server has answered. */
import type { InfiniteData } from "@tanstack/react-query";
import type { LinkedMedia } from "../../api/types";

interface Page {
  res: LinkedMedia[];
  total: number;
}

function mapped<One extends Page>(
  pages: InfiniteData<One, unknown>,
  change: (page: One) => One,
): InfiniteData<One, unknown> {
  return { ...pages, pages: pages.pages.map(change) };
}

export function withoutMembers<One extends Page>(
  pages: InfiniteData<One, unknown>,
  ids: ReadonlySet<number>,
): InfiniteData<One, unknown> {
  const stays = ({ media_id }: LinkedMedia) => !ids.has(media_id);
  const gone = pages.pages.reduce((sum, { res }) => sum + res.length - res.filter(stays).length, 0);
  return mapped(pages, (page) => ({ ...page, res: page.res.filter(stays), total: page.total - gone }));
}

export function withNote<One extends Page>(
  pages: InfiniteData<One, unknown>,
  mediaId: number,
  notes: string | null,
): InfiniteData<One, unknown> {
  const noted = (one: LinkedMedia) => (one.media_id === mediaId ? { ...one, notes } : one);
  return mapped(pages, (page) => ({ ...page, res: page.res.map(noted) }));
}

/** Puts some before another one, in the order in which they are; before nothing: at the end. */
export function moved<One>(all: readonly One[], idOf: (one: One) => number, move: Move): One[] {
  const ids = new Set(move.ids);
  const rest = all.filter((one) => !ids.has(idOf(one)));
  const at = move.before === null ? rest.length : rest.findIndex((one) => idOf(one) === move.before);
  if (at < 0) return [...all];
  return [...rest.slice(0, at), ...all.filter((one) => ids.has(idOf(one))), ...rest.slice(at)];
}

/** Pages keep their lengths. */
export function rearranged<One extends Page>(
  pages: InfiniteData<One, unknown>,
  move: Move,
): InfiniteData<One, unknown> {
  const all = pages.pages.flatMap(({ res }) => res);
  const now = moved(all, ({ media_id }) => media_id, move);
  let first = 0;
  return mapped(pages, (page) => {
    const res = now.slice(first, first + page.res.length);
    first += page.res.length;
    return { ...page, res };
  });
}

/** What is moved, and what it is put before; nothing: it comes last. */
export interface Move {
  readonly ids: readonly number[];
  readonly before: number | null;
}

export type Direction = "earlier" | "later" | "first" | "last";

/** How `order` has to change for what is selected to move; nothing when it is there already. `isWhole`: the list goes no further. */
export function moveOf(
  order: readonly number[],
  selected: ReadonlySet<number>,
  direction: Direction,
  isWhole: boolean,
): Move | undefined {
  const ids = order.filter((id) => selected.has(id));
  const others = order.filter((id) => !selected.has(id));
  const [head, tail] = [order.indexOf(ids[0] ?? -1), order.indexOf(ids.at(-1) ?? -1)];
  if (ids.length === 0 || others.length === 0) return undefined;
  const before = (place: number) => order.slice(0, place).filter((id) => !selected.has(id)).length;
  const at = {
    first: 0,
    last: others.length,
    earlier: Math.max(0, before(head) - 1),
    later: Math.min(others.length, before(tail) + 1),
  }[direction];
  // Behind the last that is loaded there is another one, and nobody knows yet which.
  if (direction === "later" && at === others.length && !isWhole) return undefined;
  const move = { ids, before: others[at] ?? null };
  return isThere(order, move) && (isWhole || direction !== "last") ? undefined : move;
}

/** Whether a move changes nothing of an order. */
export function isThere(order: readonly number[], move: Move): boolean {
  return moved(order, (id) => id, move).every((id, place) => id === order[place]);
}

/** The place of what was moved, counted from 1. */
export function placeOf(order: readonly number[], { ids, before }: Move): number {
  const others = order.filter((id) => !ids.includes(id));
  return (before === null ? others.length : others.indexOf(before)) + 1;
}
