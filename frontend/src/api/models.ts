/** The model zoo, typed: descriptors are written by hand, so that every field is looked at before it is believed. */
import { queryOptions } from "@tanstack/react-query";
import { CAN_TELL_LAYERS } from "./abilities";
import { answer, api } from "./client";
import { isAborted, refusal, Unreachable } from "./errors";
import { models, NAMES } from "./queries";
import { reportReached, reportUnreachable } from "./reach";
import type { RawModel } from "./types";

export interface Model {
  key: string;
  title: string;
  isDetector: boolean;
  framework: string;
  licence: string;
  /** Where the weights come from, for people. */
  source: string;
  /** Of the weights; 0 when not known. */
  byteSize: number;
  /** Length of the feature; 0: the model cannot be searched with. */
  dimensions: number;
  /** Layer whose output is the feature. */
  layer: string;
  /** Of the pictures that go in, in pixels. */
  width: number;
  height: number;
  colour: "RGB" | "BGR" | "grey";
  mean: readonly number[];
  scale: number;
  notes: string;
  sha256: string;
  isDownloaded: boolean;
  /** Inactive ones are listed but not offered. */
  isActive: boolean;
  /** Names of its documents; known of one model that was asked for alone. */
  documents: readonly string[];
}

const text = (value: unknown) => (typeof value === "string" ? value : "");
const numeric = (value: unknown) => (typeof value === "number" && Number.isFinite(value) ? value : 0);

function colourOf({ grey, rgb }: RawModel): Model["colour"] {
  if (grey === true) return "grey";
  return rgb === true ? "RGB" : "BGR";
}

export function modelOf(key: string, raw: RawModel): Model {
  return {
    key,
    title: text(raw.name) || key,
    isDetector: raw.task_type === "object_detection",
    framework: text(raw.framework),
    licence: text(raw.licence),
    source: text(raw.source),
    byteSize: numeric(raw.size),
    dimensions: numeric(raw.dimensions),
    layer: text(raw.features),
    width: numeric(raw.width),
    height: numeric(raw.height),
    colour: colourOf(raw),
    mean: Array.isArray(raw.mean) ? raw.mean.map(numeric) : [],
    scale: numeric(raw.scale),
    notes: text(raw.notes),
    sha256: text(raw.sha256),
    isDownloaded: raw.downloaded,
    isActive: raw.active !== false,
    documents: raw.modelzoo_files ?? [],
  };
}

/** All models, by title; the same question as `models`. */
export const zoo = queryOptions({
  ...models,
  select: (raw) =>
    Object.entries(raw)
      .map(([key, one]) => modelOf(key, one))
      .sort((one, other) => one.title.localeCompare(other.title)),
});

export const model = (key: string) =>
  queryOptions({
    queryKey: [NAMES.models, "one", key],
    queryFn: ({ signal }) =>
      answer(api.GET("/api/v1/modelzoo/name/{key}", { params: { path: { key } }, signal })).then(({ res }) =>
        modelOf(key, res),
      ),
  });

/** All layers of a model, in their order; servers that do not tell are not asked. */
export const modelLayers = (key: string) =>
  queryOptions({
    enabled: CAN_TELL_LAYERS,
    queryKey: [NAMES.models, "layers", key],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: ({ signal }) =>
      answer(api.GET("/api/v1/modelzoo/name/{key}/layers", { params: { path: { key } }, signal })).then(
        ({ res }) => res,
      ),
  });

/** Address of a file of a model's documentation. */
export function documentAddress(key: string, name: string): string {
  return `/static/modelzoo/${encodeURIComponent(key)}/${encodeURIComponent(name)}`;
}

async function textAt(address: string, signal: AbortSignal): Promise<string> {
  const response = await fetch(address, { signal }).catch((error: unknown) => {
    if (isAborted(error)) throw error;
    reportUnreachable();
    throw new Unreachable(String(error));
  });
  reportReached();
  if (!response.ok) throw refusal(response.status, await response.json().catch(() => undefined));
  return response.text();
}

/** The text of a model's document. */
export const modelDocument = (key: string, name: string) =>
  queryOptions({
    queryKey: [NAMES.models, "document", key, name],
    queryFn: ({ signal }) => textAt(documentAddress(key, name), signal),
  });
