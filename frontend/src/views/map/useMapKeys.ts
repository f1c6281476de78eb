/** The map by keys alone, while it has the focus: moving, zooming, opening, and a box to choose with. */
import { type KeyboardEvent, useEffect, useState } from "react";
import { firstBox, type KeyBox, ringOf, steppedBox, wayOf } from "./keyBox";
import { ZOOM_STEP } from "./MapTools";
import type { Stage } from "./stage";

/** A step of an arrow, as a share of the shorter side. */
const STEP = 0.12;

function move(stage: Stage, key: string): boolean {
  const [x, y] = wayOf(key) ?? [0, 0];
  if (x === 0 && y === 0) return false;
  const { width, height } = stage.size;
  const step = STEP * Math.min(width, height);
  // One goes over the map: it moves the other way.
  stage.pan({ x: -x * step, y: -y * step });
  return true;
}

function act(stage: Stage, key: string): boolean {
  if (key === "+" || key === "=") stage.zoom(ZOOM_STEP, stage.middle);
  else if (key === "-") stage.zoom(1 / ZOOM_STEP, stage.middle);
  else if (key === "0" || key === "Home") stage.whole();
  else return move(stage, key);
  return true;
}

export interface MapKeys {
  /** A box is being drawn by keys. */
  isBoxing: boolean;
  onKeyDown: (event: KeyboardEvent) => void;
  giveUp: () => void;
}

function useBox(stage: Stage | undefined) {
  const [box, setBox] = useState<KeyBox>();
  useEffect(() => stage?.trace(box && ringOf(box)), [stage, box]);
  const onKey = ({ key, shiftKey }: KeyboardEvent): boolean => {
    if (!stage || !box) return false;
    if (wayOf(key)) setBox(steppedBox(box, key, shiftKey, stage.size));
    else if (key === "Enter") stage.finish(ringOf(box));
    else if (key !== "Escape") return false;
    if (key === "Enter" || key === "Escape") setBox(undefined);
    return true;
  };
  return { box, setBox, onKey };
}

/** `onEscape`: answers whether there was something to give up. */
export function useMapKeys(stage: Stage | undefined, onEscape: () => boolean): MapKeys {
  const { box, setBox, onKey } = useBox(stage);
  const plain = (now: Stage, key: string): boolean => {
    if (key === "Escape") return now.giveUp() || onEscape();
    if (key === "b") setBox(firstBox(now.size));
    else if (key === "Enter") now.tapMiddle();
    else if (act(now, key)) now.hoverMiddle();
    else return false;
    return true;
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (!stage || event.ctrlKey || event.metaKey || event.altKey) return;
    // What the map understands is nobody else's: the grid beside it has the same keys.
    if (box ? onKey(event) : plain(stage, event.key)) event.preventDefault();
  };
  return { isBoxing: box !== undefined, onKeyDown, giveUp: () => setBox(undefined) };
}
