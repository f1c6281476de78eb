/** Selecting with a finger: holding a picture selects it, and from then on a tap selects too, until nothing is selected. */
import { type RefObject, useEffect, useRef } from "react";
import { toggled } from "../../state/selection";
import type { SelectionState } from "./types";

const HOLD_MS = 420;
/** A finger that moves more, in CSS pixels, scrolls. */
const STILL = 10;

function idUnder(target: EventTarget | null): number | undefined {
  if (!(target instanceof Element) || target.closest("button")) return undefined;
  const id = target.closest<HTMLElement>("[role=gridcell]")?.dataset.id;
  return id === undefined ? undefined : Number(id);
}

function stopped(event: Event): void {
  event.preventDefault();
  event.stopPropagation();
}

class Hold {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private at = { x: 0, y: 0 };
  private isTouch = false;
  /** The click that follows a hold is no tap. */
  private hasHeld = false;

  constructor(private readonly selection: () => SelectionState | undefined) {}

  private toggle(id: number): void {
    const selection = this.selection();
    selection?.change(toggled(selection.value, id));
  }

  down = (event: PointerEvent): void => {
    this.isTouch = event.pointerType === "touch";
    this.hasHeld = false;
    this.leave();
    const id = idUnder(event.target);
    if (!this.isTouch || id === undefined || !this.selection()) return;
    this.at = { x: event.clientX, y: event.clientY };
    this.timer = setTimeout(() => {
      this.hasHeld = true;
      navigator.vibrate?.(12);
      this.toggle(id);
    }, HOLD_MS);
  };

  move = ({ clientX, clientY }: PointerEvent): void => {
    if (Math.hypot(clientX - this.at.x, clientY - this.at.y) > STILL) this.leave();
  };

  leave = (): void => clearTimeout(this.timer);

  /** The browser's menu of a link would come up over what was just selected. */
  menu = (event: Event): void => {
    if (this.isTouch && this.selection() && idUnder(event.target) !== undefined) event.preventDefault();
  };

  click = (event: MouseEvent): void => {
    const id = idUnder(event.target);
    if (!this.isTouch || id === undefined) return;
    if (this.hasHeld) stopped(event);
    else if ((this.selection()?.value.ids.size ?? 0) > 0) {
      stopped(event);
      this.toggle(id);
    }
  };
}

export function useHold(container: RefObject<HTMLElement | null>, selection: SelectionState | undefined): void {
  const latest = useRef(selection);
  latest.current = selection;
  useEffect(() => {
    const element = container.current;
    if (!element) return;
    const hold = new Hold(() => latest.current);
    const listening = new AbortController();
    const { signal } = listening;
    element.addEventListener("pointerdown", hold.down, { signal });
    element.addEventListener("pointermove", hold.move, { signal });
    element.addEventListener("pointerup", hold.leave, { signal });
    element.addEventListener("pointercancel", hold.leave, { signal });
    element.addEventListener("contextmenu", hold.menu, { signal });
    element.addEventListener("click", hold.click, { signal, capture: true });
    return () => {
      hold.leave();
      listening.abort();
    };
  }, [container]);
}
