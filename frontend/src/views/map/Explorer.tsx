/** A map that is there: the points, what is highlighted, and the chosen pictures beside. */
import { useQuery } from "@tanstack/react-query";
import clsx from "clsx";
import { Map as MapIcon } from "lucide-react";
import { useCallback, useMemo } from "react";
import { graphicIds, mapPlaces, memberIds } from "../../api/map";
import type { Places } from "../../api/places";
import type { MapHead } from "../../api/types";
import { Empty, Failed } from "../../parts/States";
import type { Change } from "../../state/useAddress";
import { strings } from "../../strings";
import { bucketsOf } from "./buckets";
import { Chosen } from "./Chosen";
import { kindsOf } from "./look";
import styles from "./Map.module.css";
import { MapCanvas } from "./MapCanvas";
import { MapStage } from "./MapStage";
import { indexesIn, NO_RING, type Ring } from "./ring";
import type { MapState } from "./state";
import type { View } from "./view";

const words = strings.map;
const NOBODY: ReadonlySet<number> = new Set();

interface ExplorerProps {
  head: MapHead;
  state: MapState;
  change: Change<MapState>;
}

function useHighlighted(collection: number | undefined): ReadonlySet<number> {
  const { data } = useQuery({ ...memberIds(collection ?? 0), enabled: collection !== undefined });
  return (collection !== undefined && data) || NOBODY;
}

/** Of a view only where it comes to rest is kept, and no step back leads there; of an area each is a step. */
function useChanges(change: Change<MapState>) {
  const onView = useCallback((view: View) => change({ view }, { replace: true }), [change]);
  const onArea = useCallback((area: Ring) => change({ area }), [change]);
  return { onView, onArea };
}

function Points({ head, state, change, places }: ExplorerProps & { places: Places }) {
  const points = useMemo(() => ({ places, buckets: bucketsOf(places.xy) }), [places]);
  const highlighted = useHighlighted(state.highlight);
  const graphic = useQuery(graphicIds).data ?? NOBODY;
  const { area } = state;
  const indexes = useMemo(() => indexesIn(area, points.buckets, places.xy), [area, points, places]);
  const kinds = useMemo(() => kindsOf(places, indexes, highlighted), [places, indexes, highlighted]);
  const { onView, onArea } = useChanges(change);
  const isChosen = area.length > 0;
  return (
    <div className={clsx(styles.layout, isChosen && styles.withChosen)}>
      <MapCanvas
        points={points}
        kinds={kinds}
        graphic={graphic}
        state={state}
        isBehind={isChosen || highlighted.size > 0}
        onView={onView}
        onArea={onArea}
      />
      {isChosen && (
        <Chosen
          points={points}
          indexes={indexes}
          feature={head.feature}
          graphic={graphic}
          onDrop={() => change({ area: NO_RING })}
        />
      )}
    </div>
  );
}

export function Explorer(props: ExplorerProps) {
  const { head } = props;
  const places = useQuery({ ...mapPlaces(head), enabled: head.media_count > 0 });
  if (head.media_count === 0) return <Empty icon={MapIcon} title={words.empty} hint={words.emptyHint} />;
  if (places.isError && !places.data) {
    return <Failed title={words.failed} error={places.error} onAgain={() => void places.refetch()} />;
  }
  return places.data ? <Points {...props} places={places.data} /> : <MapStage />;
}
