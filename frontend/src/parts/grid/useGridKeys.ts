/** Moving, selecting and acting among the pictures of a grid by keys. */
import { useCallback, useRef, useState } from "react";
import type { Handlers } from "../../keys/map";
import { useKeys } from "../../keys/useKeys";
import { anchored, NOTHING, only, ranged, toggled } from "../../state/selection";
import { type Direction, neighbour } from "./justified";
import { larger, smaller } from "./size";
import type { GridActions, SelectionState } from "./types";
import type { GridLayout } from "./useLayout";

export interface Active {
  /** The picture that keys act upon; nothing before the first key or click. */
  index: number | undefined;
  /** Whether the browser's focus should follow. */
  wantsFocus: boolean;
}

interface Among<Item> {
  items: readonly Item[];
  ids: readonly number[];
  grid: GridLayout;
  actions: GridActions<Item>;
  selection: SelectionState | undefined;
  isKeyed: boolean;
}

function useMoves<Item>({ items, grid, ids, selection, actions }: Among<Item>) {
  const [active, setActive] = useState<Active>({ index: undefined, wantsFocus: false });
  const latest = useRef(active);
  latest.current = active;
  const told = useRef({ items, activate: actions.activate });
  told.current = { items, activate: actions.activate };
  const to = useCallback((index: number, wantsFocus = true) => {
    setActive({ index, wantsFocus });
    const item = told.current.items[index];
    if (item) told.current.activate?.(item);
  }, []);
  const firstInSight = () => grid.layout.rows[grid.rows.range?.startIndex ?? 0]?.places[0]?.index ?? 0;
  // Steps with Shift belong together until one is taken without.
  const isExtending = useRef(false);
  const extend = (from: number | undefined, index: number) => {
    const [start, id] = [ids[from ?? index], ids[index]];
    if (!selection || start === undefined || id === undefined) return;
    const goesOn = isExtending.current && selection.value.anchor !== undefined;
    selection.change(ranged(goesOn ? selection.value : anchored(selection.value, start), id, ids));
  };
  const move = (direction: Direction, doesExtend = false): boolean => {
    if (items.length === 0) return false;
    const from = latest.current.index;
    const isFar = direction === "first" || direction === "last";
    const index = from === undefined && !isFar ? firstInSight() : neighbour(grid.layout, from ?? 0, direction);
    grid.rows.scrollToIndex(grid.layout.rowOf[index] ?? 0, { align: "auto" });
    if (doesExtend) extend(from, index);
    isExtending.current = doesExtend;
    to(index);
    return true;
  };
  return { active, latest, to, move };
}

function selecting(
  selection: SelectionState | undefined,
  ids: readonly number[],
  id: () => number | undefined,
): Handlers {
  if (!selection) return {};
  return {
    select: () => {
      const one = id();
      if (one === undefined) return false;
      selection.change(toggled(selection.value, one));
    },
    selectAll: () => selection.change(only(ids)),
    clear: () => {
      if (selection.value.ids.size === 0) return false;
      selection.change(NOTHING);
    },
  };
}

/** Answers the active picture, and how to make another one active. */
export function useGridKeys<Item>(among: Among<Item>): { active: Active; activate: (index: number) => void } {
  const { items, ids, actions, selection } = among;
  const { active, latest, to, move } = useMoves(among);
  const act = (action: ((item: Item) => void) | undefined) => () => {
    const item = latest.current.index === undefined ? undefined : items[latest.current.index];
    if (!item || !action) return false;
    action(item);
  };
  const handlers: Handlers = {
    left: () => move("left"),
    right: () => move("right"),
    up: () => move("up"),
    down: () => move("down"),
    first: () => move("first"),
    last: () => move("last"),
    extendLeft: () => move("left", true),
    extendRight: () => move("right", true),
    extendUp: () => move("up", true),
    extendDown: () => move("down", true),
    open: act(actions.open),
    searchThis: act(actions.searchThis),
    collect: act(actions.collect),
    note: act(actions.note),
    larger,
    smaller,
    ...selecting(selection, ids, () => ids[latest.current.index ?? -1]),
  };
  useKeys(among.isKeyed ? handlers : {});
  const activate = useCallback((index: number) => to(index, false), [to]);
  return { active, activate };
}
