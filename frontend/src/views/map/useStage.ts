/** A stage on the elements of the map, kept up with what React knows. */
import { type RefObject, useEffect, useRef, useState } from "react";
import type { Tool } from "./gestures";
import type { PainterParts, PointLook, Points } from "./painter";
import type { Ring } from "./ring";
import { Stage, type StageEvents } from "./stage";
import type { View } from "./view";

export type StageRefs = { readonly [Name in keyof PainterParts]: RefObject<PainterParts[Name] | null> };

export interface StageState {
  points: Points;
  kinds: Uint8Array<ArrayBuffer>;
  look: PointLook | undefined;
  view: View;
  area: Ring;
  tool: Tool;
  active: number | undefined;
}

function partsOf({ canvas, area, draft, mark }: StageRefs): PainterParts | undefined {
  if (!canvas.current || !area.current || !draft.current || !mark.current) return undefined;
  return { canvas: canvas.current, area: area.current, draft: draft.current, mark: mark.current };
}

function useKeptUp(stage: Stage | undefined, { points, kinds, look, view, area, tool, active }: StageState): void {
  useEffect(() => stage?.setPoints(points, kinds), [stage, points, kinds]);
  useEffect(() => {
    if (look) stage?.painter.setLook(look);
  }, [stage, look]);
  useEffect(() => stage?.go(view), [stage, view]);
  useEffect(() => stage?.painter.setArea(area), [stage, area]);
  useEffect(() => stage?.setTool(tool), [stage, tool]);
  useEffect(() => stage?.painter.setActive(active), [stage, active]);
}

/** Nothing before the elements are there. `refs` must stay the same object. */
export function useStage(refs: StageRefs, state: StageState, events: StageEvents): Stage | undefined {
  const [stage, setStage] = useState<Stage>();
  const latest = useRef(events);
  latest.current = events;
  useEffect(() => {
    const parts = partsOf(refs);
    if (!parts) return;
    const made = new Stage(parts, () => latest.current);
    setStage(made);
    return made.open();
  }, [refs]);
  useKeptUp(stage, state);
  return stage;
}
