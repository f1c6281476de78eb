/** The features that can answer, with the names of their models. */
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { features, models } from "../../api/queries";
import type { Feature } from "../../api/types";
import { strings } from "../../strings";

export interface NamedFeature {
  id: number;
  name: string;
}

function nameOf({ modelzoo_name, layer }: Feature, title: unknown): string {
  const name = typeof title === "string" && title !== "" ? title : modelzoo_name;
  return layer === "" ? name : `${name}, ${layer}`;
}

/** Those that have an index. */
export function useFeatures(): readonly NamedFeature[] {
  const all = useQuery(features).data;
  const zoo = useQuery(models).data;
  return useMemo(
    () =>
      (all ?? [])
        .filter(({ indexed_at }) => indexed_at != null)
        .map((feature) => ({ id: feature.id, name: nameOf(feature, zoo?.[feature.modelzoo_name]?.name) })),
    [all, zoo],
  );
}

export function featureName(all: readonly NamedFeature[], id: number): string {
  return all.find((one) => one.id === id)?.name ?? strings.search.features.unknown(id);
}
