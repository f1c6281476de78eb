/** What hands do on the map: drag, draw around, pinch, scroll, point, tap. Told in CSS pixels from the corner of the map. */
import { boxBetween, type Ring } from "./ring";
import type { Fingers, Point } from "./view";

export const TOOLS = ["move", "lasso", "box"] as const;
/** What dragging with one finger or the mouse does. */
export type Tool = (typeof TOOLS)[number];

export interface GestureHooks {
  pan(by: Point): void;
  zoom(factor: number, at: Point): void;
  pinch(from: Fingers, to: Fingers): void;
  /** Nothing: the pointer has gone away. */
  hover(at: Point | undefined): void;
  tap(at: Point): void;
  /** What is drawn so far; nothing when it was given up. */
  trace(ring: Ring | undefined): void;
  finish(ring: Ring): void;
}

/** Below this a press is a tap, in CSS pixels. */
const SLOP = 4;
/** A lasso takes a corner so often, in CSS pixels. */
const STEP = 3;
/** How much a pixel of the wheel zooms; fingers on a touchpad move less. */
const WHEEL = 0.0015;
const PINCH_WHEEL = 0.01;
const LINE_PIXELS = 16;

const far = (one: Point, other: Point) => Math.hypot(one.x - other.x, one.y - other.y);

export class Gestures {
  tool: Tool = "move";
  private readonly fingers = new Map<number, Point>();
  private begun: Point = { x: 0, y: 0 };
  private hasMoved = false;
  private corners: Point[] | undefined;
  private isBox = false;

  constructor(
    private readonly element: HTMLElement,
    private readonly hooks: GestureHooks,
  ) {}

  /** Answers how to stop. */
  listen(): () => void {
    const listening = new AbortController();
    const { signal } = listening;
    const { element } = this;
    element.addEventListener("pointerdown", this.down, { signal });
    element.addEventListener("pointermove", this.move, { signal });
    element.addEventListener("pointerup", this.up, { signal });
    element.addEventListener("pointercancel", this.cancel, { signal });
    element.addEventListener("pointerleave", () => this.hooks.hover(undefined), { signal });
    element.addEventListener("wheel", this.wheel, { signal, passive: false });
    return () => listening.abort();
  }

  /** Gives up what is being drawn. Answers whether there was anything. */
  giveUp(): boolean {
    const wasDrawing = this.corners !== undefined;
    this.corners = undefined;
    this.hasMoved = true;
    if (wasDrawing) this.hooks.trace(undefined);
    return wasDrawing;
  }

  private at({ clientX, clientY }: MouseEvent): Point {
    const { left, top } = this.element.getBoundingClientRect();
    return { x: clientX - left, y: clientY - top };
  }

  private down = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    this.element.setPointerCapture(event.pointerId);
    const at = this.at(event);
    this.fingers.set(event.pointerId, at);
    if (this.fingers.size > 1) {
      this.giveUp();
      return;
    }
    this.begun = at;
    this.hasMoved = false;
    this.isBox = this.tool === "box";
    this.corners = this.tool !== "move" || event.shiftKey ? [at] : undefined;
  };

  private move = (event: PointerEvent): void => {
    const before = this.fingers.get(event.pointerId);
    const now = this.at(event);
    if (!before) {
      this.hooks.hover(event.pointerType === "touch" ? undefined : now);
      return;
    }
    if (this.fingers.size === 1 && !this.hasMoved && far(this.begun, now) < SLOP) return;
    this.hasMoved = true;
    this.dragged(event.pointerId, before, now);
    this.fingers.set(event.pointerId, now);
  };

  private dragged(finger: number, before: Point, now: Point): void {
    const other = [...this.fingers].find(([id]) => id !== finger)?.[1];
    if (other) this.hooks.pinch([before, other], [now, other]);
    else if (this.corners) this.draw(this.corners, now);
    else this.hooks.pan({ x: now.x - before.x, y: now.y - before.y });
  }

  private draw(corners: Point[], now: Point): void {
    if (!this.isBox && far(corners.at(-1) ?? this.begun, now) >= STEP) corners.push(now);
    this.hooks.trace(this.isBox ? boxBetween(this.begun, now) : corners);
  }

  private up = (event: PointerEvent): void => {
    if (!this.fingers.delete(event.pointerId) || this.fingers.size > 0) return;
    const at = this.at(event);
    const { corners } = this;
    this.corners = undefined;
    if (!this.hasMoved) this.hooks.tap(at);
    else if (corners) this.hooks.finish(this.isBox ? boxBetween(this.begun, at) : corners);
  };

  private cancel = (event: PointerEvent): void => {
    this.fingers.delete(event.pointerId);
    this.giveUp();
  };

  private wheel = (event: WheelEvent): void => {
    event.preventDefault();
    const pixels = event.deltaY * (event.deltaMode === WheelEvent.DOM_DELTA_LINE ? LINE_PIXELS : 1);
    this.hooks.zoom(Math.exp(-pixels * (event.ctrlKey ? PINCH_WHEEL : WHEEL)), this.at(event));
  };
}
