/** What dragging does, and how close one is: at the corner of the map. */
import { Maximize, Minus, Plus } from "lucide-react";
import { IconButton } from "../../parts/Button";
import { Segments } from "../../parts/Segments";
import { strings } from "../../strings";
import { TOOLS, type Tool } from "./gestures";
import styles from "./Map.module.css";
import type { Stage } from "./stage";

const words = strings.map;
/** A step of the buttons and keys. */
export const ZOOM_STEP = 1.5;

interface MapToolsProps {
  stage: Stage | undefined;
  tool: Tool;
  onTool: (tool: Tool) => void;
}

export function MapTools({ stage, tool, onTool }: MapToolsProps) {
  const zoom = (factor: number) => () => stage?.zoom(factor, stage.middle);
  return (
    <div className={styles.mapTools}>
      <Segments
        label={words.tools.label}
        choices={TOOLS.map((one) => [one, words.tools[one]] as const)}
        value={tool}
        onChange={onTool}
      />
      <div className={styles.zoomTools}>
        <IconButton label={words.zoomIn} onClick={zoom(ZOOM_STEP)}>
          <Plus size={18} aria-hidden />
        </IconButton>
        <IconButton label={words.zoomOut} onClick={zoom(1 / ZOOM_STEP)}>
          <Minus size={18} aria-hidden />
        </IconButton>
        <IconButton label={words.whole} onClick={() => stage?.whole()}>
          <Maximize size={18} aria-hidden />
        </IconButton>
      </div>
    </div>
  );
}
