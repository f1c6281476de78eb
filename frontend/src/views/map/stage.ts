/** The map under hands and keys: its view, the point that is meant, the area that is drawn. */
import { nearest } from "./buckets";
import { type GestureHooks, Gestures, type Tool } from "./gestures";
import { Painter, type PainterParts, type Points } from "./painter";
import { FEWEST_CORNERS, NO_RING, type Ring, simplified } from "./ring";
import { MOST_CORNERS } from "./state";
import {
  type Fingers,
  isNearView,
  type Point,
  panned,
  pinched,
  type Size,
  scaleOf,
  toMap,
  type View,
  WHOLE,
  zoomed,
} from "./view";

export interface StageEvents {
  /** The view has come to rest. */
  onView: (view: View) => void;
  /** Numbers of points; nothing where there is none. */
  onHover: (index: number | undefined) => void;
  onPick: (index: number | undefined) => void;
  onArea: (area: Ring) => void;
}

/** How near a point must be to be meant, in CSS pixels: by the pointer, and by keys in the middle of the map. */
const NEAR = 14;
const NEAR_MIDDLE = 60;
/** After so long without a change a view has come to rest. */
const REST_MS = 200;
/** Of an area that is simplified, in CSS pixels. */
const TOLERANCE = 1;

export class Stage implements GestureHooks {
  readonly painter: Painter;
  private readonly gestures: Gestures;
  private points: Points | undefined;
  private view: View = WHOLE;
  private told: View = WHOLE;
  private rest: ReturnType<typeof setTimeout> | undefined;

  constructor(
    parts: PainterParts,
    private readonly events: () => StageEvents,
  ) {
    this.painter = new Painter(parts);
    this.gestures = new Gestures(parts.canvas, this);
  }

  get size(): Size {
    return this.painter.size;
  }

  get middle(): Point {
    return { x: this.size.width / 2, y: this.size.height / 2 };
  }

  /** Begins; answers how to end. */
  open(): () => void {
    const close = this.painter.open();
    const deaf = this.gestures.listen();
    return () => {
      close();
      deaf();
      clearTimeout(this.rest);
    };
  }

  setPoints(points: Points, kinds: Uint8Array<ArrayBuffer>): void {
    this.points = points;
    this.painter.setPoints(points, kinds);
  }

  setTool(tool: Tool): void {
    this.gestures.tool = tool;
  }

  /** From the address. What this itself has told there is not heeded: the hand may be farther by now. */
  go(view: View): void {
    if (isNearView(view, this.told)) return;
    clearTimeout(this.rest);
    this.told = view;
    this.view = view;
    this.painter.setView(view);
  }

  whole(): void {
    this.change(WHOLE);
  }

  pan(by: Point): void {
    this.change(panned(this.view, this.size, by));
  }

  zoom(factor: number, at: Point): void {
    this.change(zoomed(this.view, this.size, factor, at));
  }

  pinch(from: Fingers, to: Fingers): void {
    this.change(pinched(this.view, this.size, from, to));
  }

  hover(at: Point | undefined): void {
    this.events().onHover(at && this.pointAt(at, NEAR));
  }

  /** What keys point at. */
  hoverMiddle(): void {
    this.events().onHover(this.pointAt(this.middle, NEAR_MIDDLE));
  }

  tap(at: Point): void {
    this.events().onPick(this.pointAt(at, NEAR));
  }

  tapMiddle(): void {
    this.events().onPick(this.pointAt(this.middle, NEAR_MIDDLE));
  }

  trace(ring: Ring | undefined): void {
    this.painter.setDraft(ring);
  }

  finish(ring: Ring): void {
    this.trace(undefined);
    const corners = simplified(ring, MOST_CORNERS, TOLERANCE);
    const area = corners.map((corner) => toMap(this.view, this.size, corner));
    this.events().onArea(area.length < FEWEST_CORNERS ? NO_RING : area);
  }

  /** Gives up what is being drawn; answers whether there was anything. */
  giveUp(): boolean {
    return this.gestures.giveUp();
  }

  private pointAt(at: Point, near: number): number | undefined {
    if (!this.points || this.size.width === 0) return undefined;
    const { places, buckets } = this.points;
    const radius = near / scaleOf(this.view, this.size);
    return nearest(buckets, places.xy, toMap(this.view, this.size, at), radius);
  }

  private change(view: View): void {
    this.view = view;
    this.painter.setView(view);
    clearTimeout(this.rest);
    this.rest = setTimeout(() => {
      this.told = this.view;
      this.events().onView(this.view);
    }, REST_MS);
  }
}
