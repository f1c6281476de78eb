/** Values of any shape, as a reader wants them: parameters and results of tasks that the pages do not know in particular. */
import { decimal, strings } from "../../strings";
import { paramName } from "./words";

export interface Fact {
  label: string;
  value: string;
}

/** Entries of a list that are shown. */
const MOST_ENTRIES = 5;

function listed(values: readonly unknown[]): string {
  const texts = values.slice(0, MOST_ENTRIES).map((value) => (typeof value === "number" ? `${value}` : inWords(value)));
  const shown = texts.filter(Boolean).join(", ");
  const left = values.length - MOST_ENTRIES;
  return left > 0 ? strings.work.more(shown, left) : shown;
}

/** Nothing for what says nothing: `null`, `false`, empty texts and lists. */
function inWords(value: unknown): string | undefined {
  if (typeof value === "string") return value || undefined;
  if (typeof value === "number") return decimal(value);
  if (value === true) return strings.work.yes;
  if (Array.isArray(value)) return value.length > 0 ? listed(value) : undefined;
  return typeof value === "object" && value !== null ? JSON.stringify(value) : undefined;
}

/** The entries of an object that say something. */
export function factsOf(object: unknown): Fact[] {
  if (typeof object !== "object" || object === null) return [];
  return Object.entries(object).flatMap(([key, given]) => {
    // Numbers of things are names, and have no commas.
    const value = /(^|_)ids?$/.test(key) && typeof given === "number" ? `${given}` : inWords(given);
    return value === undefined ? [] : [{ label: paramName(key), value }];
  });
}
