/** Of which feature the map is, and what is highlighted on it. */
import { useQuery } from "@tanstack/react-query";
import { collections } from "../../api/collections";
import type { Feature } from "../../api/types";
import { Select } from "../../parts/Fields";
import type { Change } from "../../state/useAddress";
import { strings } from "../../strings";
import type { Named } from "../features/useFeature";
import styles from "./MapHead.module.css";
import { type MapState, WITHOUT_PLACE } from "./state";

const words = strings.map;

interface FeatureSelectProps {
  all: readonly Feature[];
  chosen: Feature;
  nameOf: (feature: Named) => string;
  change: Change<MapState>;
}

export function FeatureSelect({ all, chosen, nameOf, change }: FeatureSelectProps) {
  if (all.length < 2) return null;
  // Another map has other places: the view and the area would mean nothing there.
  const pick = (value: string) => change({ ...WITHOUT_PLACE, feature: Number(value) });
  return (
    <span className={styles.choice}>
      <Select label={words.feature} isLabelHidden title={words.feature} value={chosen.id} onPick={pick}>
        {all.map((feature) => (
          <option key={feature.id} value={feature.id}>
            {nameOf(feature)}
          </option>
        ))}
      </Select>
    </span>
  );
}

interface HighlightSelectProps {
  highlight: number | undefined;
  change: Change<MapState>;
}

export function HighlightSelect({ highlight, change }: HighlightSelectProps) {
  const { data = [] } = useQuery(collections);
  if (data.length === 0) return null;
  const pick = (value: string) => change({ highlight: value === "" ? undefined : Number(value) });
  return (
    <span className={styles.choice}>
      <Select label={words.highlight} isLabelHidden title={words.highlight} value={highlight ?? ""} onPick={pick}>
        <option value="">{words.noHighlight}</option>
        {data.map(({ id, title }) => (
          <option key={id} value={id}>
            {title}
          </option>
        ))}
      </Select>
    </span>
  );
}
