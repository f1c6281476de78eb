/** Features: how far each is with the library, how good its index is, and what is changed of them. */
import { queryOptions } from "@tanstack/react-query";
import { person } from "../state/person";
import { answer, api } from "./client";
import { ApiError } from "./errors";
import { NAMES, queryClient } from "./queries";
import type { Feature, MediaList, Recall } from "./types";

export type IndexType = "auto" | "codes" | "flat" | "hnsw" | "faiss" | "annoy";

export interface FeatureParts {
  modelzoo_name: string;
  /** Empty: the one that the model names. */
  layer: string;
  index_type: IndexType;
  /** Those that are not as they would be anyway. */
  index_settings: Readonly<Record<string, unknown>> | null;
  active: boolean;
}

export type FeatureChange = Partial<Omit<FeatureParts, "modelzoo_name" | "layer">>;

/** Pictures of the library by how far a feature is with them. */
export interface Counts {
  extracted: number;
  missing: number;
  failed: number;
}

type State = keyof Counts;

/** Failed pictures that are shown. */
const MOST_SHOWN = 60;

function pictures(
  feature_id: number,
  feature_state: State,
  limit: number,
  signal: AbortSignal,
): Promise<Pick<MediaList, "res" | "total">> {
  return answer(api.GET("/api/v1/media", { params: { query: { feature_id, feature_state, limit } }, signal }));
}

export const featureCounts = (id: number) =>
  queryOptions({
    queryKey: [NAMES.features, "counts", id],
    queryFn: async ({ signal }): Promise<Counts> => {
      const count = (state: State) => pictures(id, state, 0, signal).then(({ total }) => total);
      const [extracted, missing, failed] = await Promise.all([count("extracted"), count("missing"), count("failed")]);
      return { extracted, missing, failed };
    },
  });

/** The first pictures that gave no vector. */
export const failedPictures = (id: number) =>
  queryOptions({
    queryKey: [NAMES.features, "failed", id],
    queryFn: ({ signal }) => pictures(id, "failed", MOST_SHOWN, signal).then(({ res }) => res),
  });

/** What has not been made yet is nothing, and no failure. */
export function orNothing(error: unknown): null {
  if (error instanceof ApiError && error.isMissing) return null;
  throw error;
}

/** How much of the truth the index finds, as it was measured last; `null` when it never was. */
export const recall = (id: number) =>
  queryOptions({
    queryKey: [NAMES.features, "recall", id],
    queryFn: ({ signal }): Promise<Recall | null> =>
      answer(api.GET("/api/v1/feature/{id}/recall", { params: { path: { id } }, signal })).then(
        ({ res }) => res,
        orNothing,
      ),
  });

/** All views of features ask again; searches may have another one to choose from. */
export function refreshFeatures(): Promise<void> {
  return queryClient.invalidateQueries({ queryKey: [NAMES.features] });
}

export async function createFeature(parts: FeatureParts): Promise<Feature> {
  return (await answer(api.POST("/api/v1/feature", { body: { ...parts, username: person.read() } }))).res;
}

export async function changeFeature(id: number, change: FeatureChange): Promise<Feature> {
  const params = { path: { id } };
  return (await answer(api.PUT("/api/v1/feature/{id}", { params, body: change }))).res;
}

export async function deleteFeature(id: number): Promise<void> {
  await answer(api.DELETE("/api/v1/feature/{id}", { params: { path: { id } } }));
}

/** The same after one was deleted, which its view may still show: nobody asks about it any more. */
export function refreshOtherFeatures(deleted: number): Promise<void> {
  const isOther = ({ queryKey }: { queryKey: readonly unknown[] }) => queryKey.at(-1) !== deleted;
  return queryClient.invalidateQueries({ queryKey: [NAMES.features], predicate: isOther });
}
