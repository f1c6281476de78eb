/** What can be asked for, and what is to be filled in for it: made from the server's own list of tasks and their parameters. */
import type { TaskParams } from "../../../api/jobs";
import type { TaskKind } from "../../../api/types";

/** How a parameter is filled in. */
export type Control =
  | "feature"
  | "detector"
  | "download"
  | "collection"
  | "method"
  | "number"
  | "numbers"
  | "lines"
  | "flag"
  | "text";

/** By the names of parameters; where two tasks mean different things by one, with the task's. */
const CONTROLS: Readonly<Record<string, Control>> = {
  "detect.model": "detector",
  "download_model.name": "download",
  "map.method": "method",
  feature_id: "feature",
  collection_id: "collection",
  sample: "number",
  steps: "number",
  ids: "numbers",
  paths: "lines",
  urls: "lines",
  sha256: "lines",
  retry_failed: "flag",
  rebuild: "flag",
  restore: "flag",
};

export function controlOf(task: string, param: string): Control {
  return CONTROLS[`${task}.${param}`] ?? CONTROLS[param] ?? "text";
}

/** The order of the menu; what is not named comes after these. */
const ORDER = [
  "update_index",
  "import",
  "detect",
  "evaluate_index",
  "map",
  "download_model",
  "export_collection",
] as const;
/** The library deletes what is selected there, with a way back; nobody types numbers for that. */
const DONE_ELSEWHERE: readonly string[] = ["delete_media"];
/** Does nothing: after everything else. */
const LAST = "long_task";

function rank(key: string): number {
  const at = (ORDER as readonly string[]).indexOf(key);
  if (key === LAST) return ORDER.length + 1;
  return at < 0 ? ORDER.length : at;
}

/** Those that the server knows and people start by hand. */
export function offered(kinds: readonly TaskKind[]): TaskKind[] {
  return kinds
    .filter(({ key }) => !DONE_ELSEWHERE.includes(key))
    .sort((one, other) => rank(one.key) - rank(other.key) || one.key.localeCompare(other.key));
}

/** What is filled in, by parameter; a flag that is on says `yes`. */
export type Values = Readonly<Record<string, string>>;

/** What goes along without being asked. */
const ALWAYS: Readonly<Record<string, TaskParams>> = { import: { update_index: true } };

type Value = TaskParams[string];

function typedValue(control: Control, text: string): Value | undefined {
  const typed = text.trim();
  if (typed === "") return undefined;
  const lines = () => typed.split(/\s*\n\s*/).filter(Boolean);
  switch (control) {
    case "flag":
      return true;
    case "lines":
      return lines();
    case "numbers":
      return typed.split(/[\s,]+/).filter(Boolean);
    default:
      // Numbers stay text: the server reads them, and says what is wrong with them.
      return typed;
  }
}

/** What is sent: only what was filled in. */
export function paramsOf({ key, params }: TaskKind, values: Values): TaskParams {
  const filled = params.flatMap((param): [string, Value][] => {
    const value = typedValue(controlOf(key, param), values[param] ?? "");
    return value === undefined ? [] : [[param, value]];
  });
  return { ...ALWAYS[key], ...Object.fromEntries(filled) };
}

/** The server's words about each field, and those about fields that are not shown. */
export function placed(errors: Readonly<Record<string, readonly string[]>>, params: readonly string[]) {
  const entries = Object.entries(errors);
  const shown = Object.fromEntries(
    entries.filter(([name]) => params.includes(name)).map(([name, texts]) => [name, texts.join(" ")]),
  );
  const others = entries.filter(([name]) => !params.includes(name)).flatMap(([, texts]) => texts);
  return { shown, others: others.join(" ") };
}
