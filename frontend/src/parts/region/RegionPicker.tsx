/** A picture with a part that one draws, drags and resizes, by mouse, finger and keys. Tells the part when it is let go. */
import clsx from "clsx";
import { type KeyboardEvent, type PointerEvent, type ReactNode, useRef, useState } from "react";
import type { Part } from "../../state/address";
import { drawn, HANDLES, type Handle, isWhole, keyed, moved, type Point, resized, WHOLE } from "./part";
import styles from "./Region.module.css";

interface RegionPickerProps {
  /** Nothing: the whole picture. */
  part: Part | undefined;
  /** A part was let go; nothing for the whole picture. `isStep`: by a key, one of many. */
  onPick: (part: Part | undefined, isStep: boolean) => void;
  /** What the part is, and how keys change it. */
  label: string;
  /** Width by height. */
  ratio: number;
  /** The picture, and marks on it. */
  children: ReactNode;
}

interface Drag {
  does: "draw" | "move" | Handle;
  from: Point;
  start: Part;
  hasMoved: boolean;
  /** Where it is now. A quick hand lets go before it is drawn. */
  now: Part;
}

/** Below this a press is a click, in CSS pixels. */
const SLOP = 4;
/** Nudges with a key are told when it is let go; a key that is held repeats for as long. */
const ARROW = /^Arrow/;

function contains({ x, y, w, h }: Part, point: Point): boolean {
  return point.x >= x && point.y >= y && point.x <= x + w && point.y <= y + h;
}

function dragged({ does, from, start }: Drag, to: Point): Part {
  const by = { x: to.x - from.x, y: to.y - from.y };
  if (does === "move") return moved(start, by);
  if (does === "draw") return drawn(from, to) ?? start;
  return resized(start, does, by);
}

function useDrag(part: Part | undefined, onPick: RegionPickerProps["onPick"]) {
  const stage = useRef<HTMLDivElement>(null);
  const drag = useRef<Drag>(undefined);
  const [draft, setDraft] = useState<Part>();
  const shown = draft ?? part ?? WHOLE;
  const at = ({ clientX, clientY }: PointerEvent): Point => {
    const box = stage.current?.getBoundingClientRect() ?? new DOMRect(0, 0, 1, 1);
    return { x: (clientX - box.left) / box.width, y: (clientY - box.top) / box.height };
  };
  const begin = (event: PointerEvent) => {
    if (event.button !== 0) return;
    const handle = (event.target as HTMLElement).dataset.handle as Handle | undefined;
    const from = at(event);
    const does = handle ?? (!isWhole(shown) && contains(shown, from) ? "move" : "draw");
    // A finger over the picture scrolls the page: it draws with the handles.
    if (does === "draw" && event.pointerType === "touch") return;
    drag.current = { does, from, start: shown, hasMoved: false, now: shown };
  };
  const go = (event: PointerEvent) => {
    const now = drag.current;
    if (!now) return;
    const to = at(event);
    const size = stage.current?.getBoundingClientRect();
    const way = Math.hypot((to.x - now.from.x) * (size?.width ?? 1), (to.y - now.from.y) * (size?.height ?? 1));
    if (!now.hasMoved && way < SLOP) return;
    if (!now.hasMoved) stage.current?.setPointerCapture(event.pointerId);
    now.hasMoved = true;
    now.now = dragged(now, to);
    setDraft(now.now);
  };
  const end = () => {
    const now = drag.current;
    drag.current = undefined;
    setDraft(undefined);
    if (now?.hasMoved) onPick(isWhole(now.now) ? undefined : now.now, false);
  };
  const cancel = () => {
    drag.current = undefined;
    setDraft(undefined);
  };
  return { stage, shown, draft, setDraft, begin, go, end, cancel };
}

export function RegionPicker({ part, onPick, label, ratio, children }: RegionPickerProps) {
  const { stage, shown, draft, setDraft, begin, go, end, cancel } = useDrag(part, onPick);
  const isAll = isWhole(shown);
  const onKeyDown = (event: KeyboardEvent) => {
    const next = keyed(shown, event.key, event.shiftKey);
    const isBack = event.key === "Escape" && !isAll;
    if (!next && !isBack) return;
    event.preventDefault();
    if (next) setDraft(next);
    else onPick(undefined, false);
  };
  const onKeyUp = ({ key }: KeyboardEvent) => {
    if (!draft || !ARROW.test(key)) return;
    setDraft(undefined);
    onPick(isWhole(draft) ? undefined : draft, true);
  };
  const percent = (value: number) => `${value * 100}%`;
  const place = { left: percent(shown.x), top: percent(shown.y), width: percent(shown.w), height: percent(shown.h) };
  return (
    <div
      ref={stage}
      className={styles.stage}
      style={{ aspectRatio: ratio, width: `min(100%, calc(var(--query-height) * ${ratio}))` }}
      onPointerDown={begin}
      onPointerMove={go}
      onPointerUp={end}
      onPointerCancel={cancel}
      data-testid="region-stage"
    >
      {children}
      <div className={clsx(styles.box, isAll && styles.all)} style={place}>
        <button
          type="button"
          className={styles.grip}
          aria-label={label}
          data-testid="region"
          onKeyDown={onKeyDown}
          onKeyUp={onKeyUp}
          onBlur={cancel}
        />
        {HANDLES.map((handle) => (
          <span key={handle} className={clsx(styles.handle, styles[handle])} data-handle={handle} aria-hidden />
        ))}
      </div>
    </div>
  );
}
