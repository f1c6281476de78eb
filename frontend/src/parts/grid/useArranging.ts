/** Putting pictures of a grid into another place of it by dragging: a line shows where they would come. */
import { type RefObject, useEffect, useRef } from "react";
import { carriedNow } from "../../state/dragging";
import { gapOf } from "./arranging";
import type { Layout } from "./justified";
import type { GridProps } from "./types";
import { GAP } from "./useLayout";

interface Among {
  layout: Layout;
  ids: readonly number[];
  arrange: GridProps<never>["arrange"];
}

class Arranging {
  constructor(
    private readonly container: HTMLElement,
    private readonly line: HTMLElement,
    private readonly among: () => Among,
  ) {}

  over = (event: DragEvent): void => {
    const gap = this.gapUnder(event);
    this.line.hidden = !gap;
    if (!gap) return;
    event.preventDefault();
    if (event.dataTransfer) event.dataTransfer.dropEffect = "move";
    this.line.style.transform = `translate(${gap.left}px, ${gap.top}px)`;
    this.line.style.height = `${gap.height}px`;
  };

  leave = ({ relatedTarget }: DragEvent): void => {
    if (!(relatedTarget instanceof Node && this.container.contains(relatedTarget))) this.end();
  };

  drop = (event: DragEvent): void => {
    const gap = this.gapUnder(event);
    this.end();
    if (!gap) return;
    event.preventDefault();
    const { ids, arrange } = this.among();
    const carried = new Set(carriedNow());
    const next = ids.slice(gap.index).find((id) => !carried.has(id));
    arrange?.(
      ids.filter((id) => carried.has(id)),
      next ?? null,
    );
  };

  end = (): void => {
    this.line.hidden = true;
  };

  /** Nothing for what comes from elsewhere. */
  private gapUnder({ clientX, clientY }: DragEvent) {
    const { layout, ids, arrange } = this.among();
    const carried = carriedNow();
    if (!arrange || !carried?.some((id) => ids.includes(id))) return undefined;
    const { left, top } = this.container.getBoundingClientRect();
    return gapOf(layout, { x: clientX - left, y: clientY - top }, GAP);
  }
}

/** `line` shows the place; it lies in the grid and is hidden at first. */
export function useArranging(
  container: RefObject<HTMLElement | null>,
  line: RefObject<HTMLElement | null>,
  among: Among,
): void {
  const latest = useRef(among);
  latest.current = among;
  useEffect(() => {
    if (!container.current || !line.current) return;
    const arranging = new Arranging(container.current, line.current, () => latest.current);
    const listening = new AbortController();
    const { signal } = listening;
    container.current.addEventListener("dragover", arranging.over, { signal });
    container.current.addEventListener("dragleave", arranging.leave, { signal });
    container.current.addEventListener("drop", arranging.drop, { signal });
    window.addEventListener("dragend", arranging.end, { signal });
    return () => listening.abort();
  }, [container, line]);
}
