/** What views of features know of each: its name, its dimension, how far it is. */
import { useQuery } from "@tanstack/react-query";
import { useCallback } from "react";
import { type Counts, featureCounts } from "../../api/features";
import { type Model, modelLayers, zoo } from "../../api/models";
import { useRuns } from "../../api/runs";
import type { Feature } from "../../api/types";
import { strings } from "../../strings";
import { runOf, type Standing, standingOf } from "./standing";

export function useModel(key: string): Model | undefined {
  const { data } = useQuery(zoo);
  return data?.find((model) => model.key === key);
}

export type Named = Pick<Feature, "modelzoo_name" | "layer">;

/** Names of features: the titles of their models, and the layer where it is not the usual one. */
export function useFeatureName(): (feature: Named) => string {
  const { data } = useQuery(zoo);
  return useCallback(
    ({ modelzoo_name, layer }) => {
      const model = data?.find(({ key }) => key === modelzoo_name);
      return strings.features.name(model?.title ?? modelzoo_name, layer === model?.layer ? "" : layer);
    },
    [data],
  );
}

/** Length of a feature; nothing while nobody tells. */
export function useDimension({ modelzoo_name, layer }: Named): number | undefined {
  const model = useModel(modelzoo_name);
  const isUsual = layer === "" || layer === model?.layer;
  const asked = modelLayers(modelzoo_name);
  const isAsked = asked.enabled === true && !isUsual && model?.isDownloaded === true;
  const { data } = useQuery({ ...asked, enabled: isAsked });
  if (isUsual) return model?.dimensions || undefined;
  // Of a layer with positions the mean is taken: its channels remain.
  return data?.find(({ name }) => name === layer)?.shape[1];
}

export interface FeatureStanding {
  standing: Standing;
  counts: Counts | undefined;
}

export function useStanding(feature: Feature): FeatureStanding {
  const run = runOf(feature, useRuns("update_index"));
  const counts = useQuery(featureCounts(feature.id)).data;
  return { standing: standingOf(feature, counts, run), counts };
}
