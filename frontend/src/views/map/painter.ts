/** Draws the map: its points, the chosen area, what is being drawn, and the mark on the active point. React draws none of this. */
import type { Places } from "../../api/places";
import type { Buckets } from "./buckets";
import { diameterOf } from "./look";
import { type Look, Renderer } from "./renderer";
import { NO_RING, type Ring } from "./ring";
import { type Point, type Size, toScreen, type View, WHOLE } from "./view";

export interface PainterParts {
  canvas: HTMLCanvasElement;
  /** The chosen area, and what is being drawn. */
  area: SVGPathElement;
  draft: SVGPathElement;
  /** Lies where the active point is. */
  mark: HTMLDivElement;
}

export interface Points {
  places: Places;
  buckets: Buckets;
}

/** How points look, but for their size. */
export type PointLook = Omit<Look, "diameter">;

/** As the `d` of a path. */
function pathOf(ring: Ring, place: (point: Point) => Point): string {
  const corners = ring.map(place).map(({ x, y }) => `${x.toFixed(1)},${y.toFixed(1)}`);
  return corners.length === 0 ? "" : `M${corners.join("L")}Z`;
}

export class Painter {
  size: Size = { width: 0, height: 0 };
  private renderer: Renderer | undefined;
  private points: Points | undefined;
  private kinds = new Uint8Array();
  private look: PointLook | undefined;
  private view: View = WHOLE;
  private area: Ring = NO_RING;
  private active: number | undefined;
  private frame = 0;

  constructor(private readonly parts: PainterParts) {
    this.renderer = Renderer.on(parts.canvas);
  }

  get canDraw(): boolean {
    return this.renderer !== undefined;
  }

  /** Begins; answers how to end. */
  open(): () => void {
    const { canvas } = this.parts;
    const observer = new ResizeObserver(() => this.measure());
    observer.observe(canvas);
    this.measure();
    const listening = new AbortController();
    const { signal } = listening;
    canvas.addEventListener("webglcontextlost", (event) => event.preventDefault(), { signal });
    canvas.addEventListener("webglcontextrestored", () => this.restore(), { signal });
    return () => {
      observer.disconnect();
      listening.abort();
      cancelAnimationFrame(this.frame);
    };
  }

  setPoints(points: Points, kinds: Uint8Array<ArrayBuffer>): void {
    if (points !== this.points) this.renderer?.setPlaces(points.places.xy);
    this.points = points;
    this.kinds = kinds;
    this.renderer?.setKinds(kinds);
    this.draw();
  }

  setLook(look: PointLook): void {
    this.look = look;
    this.draw();
  }

  setView(view: View): void {
    this.view = view;
    this.draw();
  }

  setArea(area: Ring): void {
    this.area = area;
    this.draw();
  }

  setActive(index: number | undefined): void {
    this.active = index;
    this.draw();
  }

  /** In CSS pixels; nothing: nothing is being drawn. */
  setDraft(ring: Ring | undefined): void {
    this.parts.draft.setAttribute("d", ring ? pathOf(ring, (point) => point) : "");
  }

  private measure(): void {
    const { canvas } = this.parts;
    const { width, height } = canvas.getBoundingClientRect();
    this.size = { width, height };
    canvas.width = Math.round(width * devicePixelRatio);
    canvas.height = Math.round(height * devicePixelRatio);
    // At once: a canvas that changes its size is empty until it is drawn.
    this.drawNow();
  }

  /** The graphics card was gone and is back: everything is handed over again. */
  private restore(): void {
    this.renderer = Renderer.on(this.parts.canvas);
    if (this.points) this.renderer?.setPlaces(this.points.places.xy);
    this.renderer?.setKinds(this.kinds);
    this.draw();
  }

  private draw(): void {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => this.drawNow());
  }

  private drawNow(): void {
    const { view, size, look, points } = this;
    if (!look || !points || size.width === 0) return;
    const diameter = diameterOf(points.places.count, view.zoom);
    this.renderer?.draw(view, size, devicePixelRatio, { ...look, diameter });
    this.parts.area.setAttribute(
      "d",
      pathOf(this.area, (point) => toScreen(view, size, point)),
    );
    this.placeMark(points.places);
  }

  private placeMark({ xy }: Places): void {
    const { mark } = this.parts;
    const { active, view, size } = this;
    mark.hidden = active === undefined;
    if (active === undefined) return;
    const { x, y } = toScreen(view, size, { x: xy[2 * active] ?? 0, y: xy[2 * active + 1] ?? 0 });
    mark.style.transform = `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px)`;
    // What belongs to the point goes to where there is room.
    mark.dataset.side = x > size.width / 2 ? "left" : "right";
    mark.dataset.end = y > size.height / 2 ? "up" : "down";
  }
}
