/** What there is to choose from for a parameter: features, models, collections. */
import { useQuery } from "@tanstack/react-query";
import { collections } from "../../../api/collections";
import { features, models } from "../../../api/queries";
import { strings } from "../../../strings";
import type { Control } from "./fields";

const words = strings.work.start;

export interface Choice {
  value: string;
  label: string;
}

const SEERS = ["object_detection", "classification"];

function useFeatureChoices(isOn: boolean): Choice[] {
  const all = useQuery({ ...features, enabled: isOn }).data ?? [];
  return all.map(({ id, modelzoo_name, layer }) => ({
    value: `${id}`,
    label: words.named(layer === "" ? modelzoo_name : `${modelzoo_name}, ${layer}`, id),
  }));
}

function useModelChoices(control: Control): Choice[] {
  const isOn = control === "detector" || control === "download";
  const zoo = Object.entries(useQuery({ ...models, enabled: isOn }).data ?? {});
  const named = zoo.map(([key, model]) => ({
    key,
    name: typeof model.name === "string" && model.name !== "" ? model.name : key,
    isHere: model.downloaded,
    sees: SEERS.includes(String(model.task_type)),
  }));
  if (control === "download") {
    const missing = named.filter(({ isHere }) => !isHere).map(({ key, name }) => ({ value: key, label: name }));
    return [{ value: "all", label: words.allModels }, ...missing];
  }
  const seers = named.filter(({ sees }) => sees).sort((one, other) => Number(other.isHere) - Number(one.isHere));
  return seers.map(({ key, name, isHere }) => ({ value: key, label: isHere ? name : words.notDownloaded(name) }));
}

function useCollectionChoices(isOn: boolean): Choice[] {
  const all = useQuery({ ...collections, enabled: isOn }).data ?? [];
  return all.map(({ id, title }) => ({ value: `${id}`, label: title }));
}

const METHODS: readonly Choice[] = Object.entries(words.methods).map(([value, label]) => ({ value, label }));

/** The word for no choice; `undefined` where one must choose, and the first entry says so. */
export function emptyChoice(task: string, control: Control): string | undefined {
  if (control === "feature") return task === "update_index" ? words.features.update_index : words.features.other;
  return control === "method" ? undefined : words.choose;
}

export function useChoices(control: Control): readonly Choice[] {
  const features = useFeatureChoices(control === "feature");
  const models = useModelChoices(control);
  const collected = useCollectionChoices(control === "collection");
  if (control === "feature") return features;
  if (control === "collection") return collected;
  return control === "method" ? METHODS : models;
}
