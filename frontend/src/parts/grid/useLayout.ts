/** The layout of a grid in the window: measured, virtual, and steady when the size of its pictures changes. */
import { useWindowVirtualizer, type Virtualizer } from "@tanstack/react-virtual";
import { type RefObject, useLayoutEffect, useMemo, useRef, useState } from "react";
import { type Layout, layOut } from "./justified";

/** Between pictures, in CSS pixels. */
export const GAP = 6;
/** Rows beyond the window that are there already. */
const OVERSCAN = 4;
/** What the bars cover at the top and at the bottom, and a little air. */
export const COVERED = { top: 72, bottom: 72 };
/** Of the line between pictures. */
export const DIVIDER = 40;

interface Measures {
  width: number;
  /** Of the grid in the page. */
  top: number;
}

function useMeasures(container: RefObject<HTMLElement | null>): Measures {
  const [measures, setMeasures] = useState<Measures>({ width: 0, top: 0 });
  useLayoutEffect(() => {
    const element = container.current;
    if (!element) return;
    const measure = () => {
      const box = element.getBoundingClientRect();
      const now = { width: Math.floor(box.width), top: Math.round(box.top + window.scrollY) };
      setMeasures((before) => (before.width === now.width && before.top === now.top ? before : now));
    };
    measure();
    // The page's height changes too when something above the grid grows.
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    observer.observe(document.body);
    return () => observer.disconnect();
  }, [container]);
  return measures;
}

function firstVisible(layout: Layout, gridTop: number): number | undefined {
  const edge = window.scrollY - gridTop + COVERED.top;
  return edge <= 0 ? undefined : layout.rows.find(({ top, height }) => top + height > edge)?.places[0]?.index;
}

/**
 * Scrolls so that the picture that was first stays in the first row when rows get another height. It stays the same picture through
 * many sizes, until somebody scrolls.
 */
function useSteadyScroll(layout: Layout, height: number, gridTop: number): void {
  const before = useRef({ layout, height });
  const held = useRef<{ index: number; scrollY: number }>(undefined);
  useLayoutEffect(() => {
    const { layout: old, height: oldHeight } = before.current;
    before.current = { layout, height };
    if (oldHeight === height) return;
    const isHeld = held.current !== undefined && Math.abs(held.current.scrollY - window.scrollY) < 2;
    const first = isHeld ? held.current?.index : firstVisible(old, gridTop);
    const row = first === undefined ? undefined : layout.rows[layout.rowOf[first] ?? 0];
    if (first === undefined || !row) return;
    window.scrollTo({ top: row.top + gridTop - COVERED.top, behavior: "instant" });
    held.current = { index: first, scrollY: window.scrollY };
  }, [layout, height, gridTop]);
}

export interface GridLayout {
  layout: Layout;
  rows: Virtualizer<Window, Element>;
  top: number;
  isMeasured: boolean;
}

/** `ratios` are widths by heights; `rowHeight` and `caption` are CSS pixels. */
export function useGridLayout(
  container: RefObject<HTMLElement | null>,
  ratios: readonly number[],
  rowHeight: number,
  caption: number,
  divider?: number,
): GridLayout {
  const { width, top } = useMeasures(container);
  const layout = useMemo(
    () =>
      layOut(ratios, {
        width,
        rowHeight: Math.min(rowHeight, width * 0.9),
        gap: GAP,
        caption,
        divider: divider === undefined ? undefined : { before: divider, height: DIVIDER },
      }),
    [ratios, width, rowHeight, caption, divider],
  );
  const rows = useWindowVirtualizer({
    count: layout.rows.length,
    // To the next row: a line may stand between.
    estimateSize: (index) => (layout.rows[index + 1]?.top ?? layout.height + GAP) - (layout.rows[index]?.top ?? 0),
    overscan: OVERSCAN,
    scrollMargin: top,
    scrollPaddingStart: COVERED.top,
    scrollPaddingEnd: COVERED.bottom,
  });
  // Sizes are known, so nothing is measured row by row: a new layout replaces what the virtualizer remembers.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the layout is what it depends on
  useLayoutEffect(() => rows.measure(), [rows, layout]);
  useSteadyScroll(layout, rowHeight, top);
  return { layout, rows, top, isMeasured: width > 0 };
}
