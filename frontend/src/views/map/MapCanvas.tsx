/** The map itself: its points, what is drawn over them, and the picture of the point that is meant. */
import { MonitorX } from "lucide-react";
import { useEffect, useId, useMemo, useRef, useState } from "react";
import { Empty } from "../../parts/States";
import { strings } from "../../strings";
import type { Tool } from "./gestures";
import styles from "./Map.module.css";
import { MapTools } from "./MapTools";
import { Preview } from "./Preview";
import type { Points } from "./painter";
import type { Ring } from "./ring";
import type { MapState } from "./state";
import { useLook } from "./useLook";
import { useMapKeys } from "./useMapKeys";
import { type StageRefs, useStage } from "./useStage";

const words = strings.map;

interface MapCanvasProps {
  points: Points;
  kinds: Uint8Array<ArrayBuffer>;
  graphic: ReadonlySet<number>;
  state: Pick<MapState, "view" | "area">;
  /** Other points are to stand out from the plain ones. */
  isBehind: boolean;
  onView: (view: MapState["view"]) => void;
  onArea: (area: Ring) => void;
}

function useRefs(): StageRefs {
  const canvas = useRef<HTMLCanvasElement>(null);
  const area = useRef<SVGPathElement>(null);
  const draft = useRef<SVGPathElement>(null);
  const mark = useRef<HTMLDivElement>(null);
  return useMemo(() => ({ canvas, area, draft, mark }), []);
}

/** Which point is looked at, and which one was picked. */
function useMeant(points: Points) {
  const [hovered, setHovered] = useState<number>();
  const [pinned, setPinned] = useState<number>();
  // Another map has other points under the same numbers.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the points are what it depends on
  useEffect(() => {
    setHovered(undefined);
    setPinned(undefined);
  }, [points]);
  return { hovered, setHovered, pinned, setPinned, active: pinned ?? hovered };
}

export function MapCanvas({ points, kinds, graphic, state, isBehind, onView, onArea }: MapCanvasProps) {
  const refs = useRefs();
  const help = useId();
  const [tool, setTool] = useState<Tool>("move");
  const { setHovered, pinned, setPinned, active } = useMeant(points);
  const look = useLook(refs.canvas, isBehind);
  const events = { onView, onHover: setHovered, onPick: setPinned, onArea };
  const stage = useStage(refs, { points, kinds, look, ...state, tool, active }, events);
  const unpin = (): boolean => {
    setPinned(undefined);
    return pinned !== undefined;
  };
  const keys = useMapKeys(stage, unpin);
  if (stage && !stage.painter.canDraw) {
    return <Empty icon={MonitorX} title={words.noWebGl} hint={words.noWebGlHint} />;
  }
  const id = active === undefined ? undefined : points.places.ids[active];
  return (
    <div className={styles.map} data-no-marquee data-points={points.places.count}>
      <div
        className={styles.ground}
        role="application"
        aria-label={words.label}
        aria-describedby={help}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: keys move it
        tabIndex={0}
        onKeyDown={keys.onKeyDown}
        onBlur={keys.giveUp}
      >
        <canvas ref={refs.canvas} className={styles.canvas} data-tool={tool} />
      </div>
      <svg className={styles.drawn} aria-hidden="true">
        <path ref={refs.area} className={styles.area} />
        <path ref={refs.draft} className={styles.draft} />
      </svg>
      <span className={styles.middle} aria-hidden />
      <div ref={refs.mark} className={styles.mark} hidden>
        {id !== undefined && (
          <Preview
            id={id}
            isGraphic={graphic.has(id)}
            isPinned={pinned !== undefined}
            onClose={() => setPinned(undefined)}
          />
        )}
      </div>
      <MapTools stage={stage} tool={tool} onTool={setTool} />
      <p id={help} className={styles.help} role={keys.isBoxing ? "status" : undefined}>
        {keys.isBoxing ? words.boxHelp : words.help}
      </p>
    </div>
  );
}
