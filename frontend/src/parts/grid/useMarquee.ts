/**
 * Selecting with a rectangle that is drawn over the pictures: it begins on a picture that is not selected, or on bare ground
 * around the grid. Dragging a picture that *is* selected carries the selection away instead, and a finger scrolls.
 */
import { type RefObject, useEffect, useRef } from "react";
import { type Selection, stillThere } from "../../state/selection";
import { touched } from "./justified";
import { between, hasBegun, isSame, type Point, scrollStep, swept } from "./marquee";
import type { SelectionState } from "./types";
import { COVERED, type GridLayout } from "./useLayout";

/** What keeps its own meaning for a pointer, outside of pictures. */
const CONTROLS =
  "a,button,input,select,textarea,label,summary,dialog,video,[role=slider],[role=menu],[data-no-marquee]";

interface Among {
  grid: GridLayout;
  ids: readonly number[];
  selection: SelectionState | undefined;
}

interface Sweep {
  /** In the grid. */
  readonly from: Point;
  readonly before: Selection;
  readonly doesAdd: boolean;
  /** In the window, as the pointer was last seen. */
  pointer: Point;
  isDrawn: boolean;
}

function mayBegin(event: PointerEvent, container: HTMLElement): boolean {
  if (event.button !== 0 || event.pointerType === "touch" || !(event.target instanceof Element)) return false;
  const tile = event.target.closest("[role=gridcell]");
  if (tile && container.contains(tile)) {
    return tile.getAttribute("aria-selected") !== "true" && !event.target.closest("button");
  }
  return !event.target.closest(CONTROLS);
}

/** The click that ends a drag opens nothing. */
function swallowClick(): void {
  const swallow = (event: Event) => {
    event.preventDefault();
    event.stopPropagation();
  };
  window.addEventListener("click", swallow, { capture: true, once: true });
  setTimeout(() => window.removeEventListener("click", swallow, { capture: true }), 0);
}

class Marquee {
  private sweep: Sweep | undefined;
  private frame = 0;

  constructor(
    private readonly container: HTMLElement,
    private readonly box: HTMLElement,
    private readonly among: () => Among,
  ) {}

  begin = (event: PointerEvent): void => {
    const { selection } = this.among();
    if (!selection || this.sweep || !mayBegin(event, this.container)) return;
    const pointer = { x: event.clientX, y: event.clientY };
    const doesAdd = event.shiftKey || event.ctrlKey || event.metaKey;
    this.sweep = { from: this.inGrid(pointer), before: selection.value, doesAdd, pointer, isDrawn: false };
  };

  move = (event: PointerEvent): void => {
    if (!this.sweep) return;
    this.sweep.pointer = { x: event.clientX, y: event.clientY };
    const isNew = !this.sweep.isDrawn;
    if (isNew && !hasBegun(this.sweep.from, this.inGrid(this.sweep.pointer))) return;
    this.sweep.isDrawn = true;
    if (isNew) this.frame = requestAnimationFrame(this.scroll);
    this.draw();
  };

  end = (): void => {
    if (this.sweep?.isDrawn) swallowClick();
    this.stop();
  };

  cancel = (event: KeyboardEvent): void => {
    if (event.key !== "Escape" || !this.sweep?.isDrawn) return;
    event.preventDefault();
    this.among().selection?.change(this.sweep.before);
    this.stop();
  };

  /** Text under a marquee is not selected. */
  refuseText = (event: Event): void => {
    if (this.sweep) event.preventDefault();
  };

  stop(): void {
    cancelAnimationFrame(this.frame);
    this.sweep = undefined;
    this.box.hidden = true;
  }

  private inGrid({ x, y }: Point): Point {
    const { left, top } = this.container.getBoundingClientRect();
    return { x: x - left, y: y - top };
  }

  private scroll = (): void => {
    if (!this.sweep) return;
    const step = scrollStep(this.sweep.pointer.y, COVERED.top, window.innerHeight);
    if (step !== 0) {
      window.scrollBy({ top: step, behavior: "instant" });
      this.draw();
    }
    this.frame = requestAnimationFrame(this.scroll);
  };

  private draw(): void {
    const { grid, ids, selection } = this.among();
    if (!this.sweep || !selection) return;
    const area = between(this.sweep.from, this.inGrid(this.sweep.pointer));
    const { style } = this.box;
    this.box.hidden = false;
    style.transform = `translate(${area.left}px, ${area.top}px)`;
    style.width = `${area.right - area.left}px`;
    style.height = `${area.bottom - area.top}px`;
    const under = touched(grid.layout, area).flatMap((index) => ids[index] ?? []);
    const now = stillThere(swept(this.sweep.before, under, this.sweep.doesAdd), ids);
    if (!isSame(now, selection.value)) selection.change(now);
  }
}

/** `box` is drawn as the rectangle; it lies in the grid and is hidden at first. */
export function useMarquee(
  container: RefObject<HTMLElement | null>,
  box: RefObject<HTMLElement | null>,
  among: Among,
): void {
  const latest = useRef(among);
  latest.current = among;
  useEffect(() => {
    if (!container.current || !box.current) return;
    const marquee = new Marquee(container.current, box.current, () => latest.current);
    const ground = container.current.closest<HTMLElement>("main") ?? container.current;
    const listening = new AbortController();
    const { signal } = listening;
    ground.addEventListener("pointerdown", marquee.begin, { signal });
    window.addEventListener("pointermove", marquee.move, { signal });
    window.addEventListener("pointerup", marquee.end, { signal });
    window.addEventListener("pointercancel", marquee.end, { signal });
    window.addEventListener("keydown", marquee.cancel, { signal, capture: true });
    document.addEventListener("selectstart", marquee.refuseText, { signal });
    return () => {
      marquee.stop();
      listening.abort();
    };
  }, [container, box]);
}
