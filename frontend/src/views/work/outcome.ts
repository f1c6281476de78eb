/** What came of a task: numbers for the reader, and where its result is shown. */
import type { Job } from "../../api/types";
import { bytes, duration, number, percent, strings } from "../../strings";
import { type Fact, factsOf } from "./values";

const { results, ways: to } = strings.work;

/** An address of the pages, or of a file. */
export interface Way {
  label: string;
  path: string;
  search?: Readonly<Record<string, string>>;
  isFile?: boolean;
  /** A page of the server that is not of this app. */
  isElsewhere?: boolean;
}

export interface Outcome {
  facts: readonly Fact[];
  ways: readonly Way[];
}

type Found = Readonly<Record<string, unknown>>;

const asObject = (value: unknown): Found => (typeof value === "object" && value !== null ? (value as Found) : {});
const asList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const textOf = (value: unknown) => (typeof value === "string" && value !== "" ? value : undefined);
const numberOf = (value: unknown) => (typeof value === "number" ? value : undefined);

function fact(label: string, value: unknown, format: (value: number) => string = number): Fact[] {
  const found = numberOf(value);
  return found === undefined ? [] : [{ label, value: format(found) }];
}

const featureWay = (id: number | undefined): Way[] =>
  id === undefined ? [] : [{ label: to.feature(id), path: `/features/${id}` }];

function ofImport({ found, added, already_there, failed, update_index }: Found): Outcome {
  const next = textOf(update_index);
  return {
    facts: [
      ...fact(results.found, found),
      ...fact(results.added, added),
      ...fact(results.already_there, already_there),
      ...fact(results.failed, failed),
    ],
    ways: [{ label: to.library, path: "/library" }, ...(next ? [{ label: to.index, path: `/work/${next}` }] : [])],
  };
}

function ofIndex({ features }: Found): Outcome {
  const done = asList(features).map(asObject);
  const ofOne = ({ feature_id, extracted, already, failed, seconds }: Found): Fact[] => {
    const named = (what: string) => (done.length > 1 ? results.ofFeature(numberOf(feature_id) ?? 0, what) : what);
    return [
      ...fact(named(results.extracted), extracted),
      ...fact(named(results.already), already),
      ...fact(named(results.failed), failed),
      ...fact(named(results.seconds), numberOf(seconds) ? seconds : undefined, duration),
    ];
  };
  return { facts: done.flatMap(ofOne), ways: done.flatMap(({ feature_id }) => featureWay(numberOf(feature_id))) };
}

function ofExport({ url, pictures, bytes: size, missing }: Found, { collection_id }: Found): Outcome {
  const [file, collection] = [textOf(url), numberOf(collection_id)];
  return {
    facts: [
      ...fact(results.pictures, pictures),
      ...fact(results.bytes, size, bytes),
      ...fact(results.missing, numberOf(missing) ? missing : undefined),
    ],
    ways: [
      ...(file ? [{ label: to.download, path: file, isFile: true }] : []),
      ...(collection === undefined ? [] : [{ label: to.collection, path: `/collections/${collection}` }]),
    ],
  };
}

function ofRecall({ feature_id, sampled, vectors, points }: Found): Outcome {
  const best = asList(points).map((point) => numberOf(asObject(point).recall) ?? 0);
  return {
    facts: [
      ...fact(results.sampled, sampled),
      ...fact(results.vectors, vectors),
      ...fact(results.best, best.length > 0 ? Math.max(...best) : undefined, percent),
    ],
    ways: featureWay(numberOf(feature_id)),
  };
}

function ofMap({ feature_id, media }: Found): Outcome {
  const id = numberOf(feature_id);
  const search = id === undefined ? {} : { search: { feature: `${id}` } };
  return { facts: fact(results.onMap, media), ways: [{ label: to.map, path: "/map", ...search }] };
}

function ofDetection({ model, looked, found, already, failed }: Found): Outcome {
  const key = textOf(model);
  return {
    facts: [
      ...fact(results.looked, looked),
      ...fact(results.detections, found),
      ...fact(results.before, already),
      ...fact(results.failed, failed),
    ],
    ways: [
      { label: to.library, path: "/library" },
      ...(key ? [{ label: to.model(key), path: `/models/${encodeURIComponent(key)}` }] : []),
    ],
  };
}

function ofDownload({ models }: Found): Outcome {
  const keys = asList(models).flatMap((key) => textOf(key) ?? []);
  return {
    facts: fact(results.models, keys.length),
    ways: keys.map((key) => ({ label: to.model(key), path: `/models/${encodeURIComponent(key)}` })),
  };
}

function ofDeletion({ changed, failed }: Found, { restore }: Found): Outcome {
  const way =
    restore === true
      ? { label: to.library, path: "/library" }
      : { label: to.trash, path: "/library", search: { trash: "yes" } };
  return { facts: [...fact(results.changed, changed), ...fact(results.failed, failed)], ways: [way] };
}

const ofTraining = ({ iterations }: Found): Outcome => ({ facts: fact(results.iterations, iterations), ways: [] });

function ofDataset({ entries, failed }: Found): Outcome {
  const sets = Object.entries(asObject(entries)).flatMap(([name, count]) => fact(results.entries(name), count));
  return { facts: [...sets, ...fact(results.failed, failed)], ways: [] };
}

/** Datasets and models have pages from the moment when they are asked for. */
const pagesOf = ({ model, dataset }: Found): Readonly<Record<string, Way[]>> => ({
  train_model: [{ label: to.training, path: `/models/${model}`, isElsewhere: true }],
  create_dataset: [{ label: to.dataset, path: `/datasets/${dataset}`, isElsewhere: true }],
});

const KINDS: Readonly<Record<string, (result: Found, params: Found) => Outcome>> = {
  import: ofImport,
  update_index: ofIndex,
  export_collection: ofExport,
  evaluate_index: ofRecall,
  map: ofMap,
  detect: ofDetection,
  download_model: ofDownload,
  delete_media: ofDeletion,
  train_model: ofTraining,
  create_dataset: ofDataset,
};

/** Of kinds that are not known here, whatever the result says. */
export function outcomeOf({ task_name, result, params }: Pick<Job, "task_name" | "result" | "params">): Outcome {
  const pages = pagesOf(asObject(params))[task_name] ?? [];
  if (result === null || result === undefined) return { facts: [], ways: pages };
  const known = KINDS[task_name];
  if (known) {
    const { facts, ways } = known(asObject(result), asObject(params));
    return { facts, ways: [...pages, ...ways] };
  }
  const { status, ...rest } = asObject(result);
  return { facts: factsOf(rest), ways: [] };
}
