/** A search's state as the API wants to be asked: the parameters of `GET`, or the body of `POST` when there are several examples. */
import type { SearchForm } from "../../api/types";
import type { Part } from "../../state/address";
import type { Example } from "./examples";
import type { SearchState } from "./state";

export type Fields = Readonly<Record<string, string | number>>;
type BodyFields = Omit<SearchForm, "examples">;

const SORTED = {
  score: {},
  newest: { sort: "date", order: "desc" },
  oldest: { sort: "date", order: "asc" },
} as const satisfies Record<SearchState["order"], BodyFields>;

/** All that a search can be asked besides its query. */
function wanted(state: SearchState) {
  const needsDate = Boolean(state.since || state.until) || state.order !== "score";
  return {
    feature: state.feature,
    group: state.isGrouped ? ("video" as const) : undefined,
    type: state.types,
    since: state.since,
    until: state.until,
    collection_id: state.inside,
    not_collection_id: state.outside,
    label: state.label,
    max_score: state.within,
    date: needsDate ? state.date : undefined,
    ...SORTED[state.order],
  };
}

const isSaid = (value: unknown) => value !== undefined && value !== "" && !(Array.isArray(value) && value.length === 0);

/** What is not as it would be anyway, as far as `can` says that the server knows it. */
function known(all: object, can: (name: string) => boolean): [string, unknown][] {
  return Object.entries(all).filter(([name, value]) => isSaid(value) && can(name));
}

/** The parameters of a search besides its query: lists are texts with commas. */
export function fields(state: SearchState, can: (name: string) => boolean): Fields {
  const all = known({ ...wanted(state), detect: state.detect }, can);
  return Object.fromEntries(all.map(([name, value]) => [name, typeof value === "number" ? value : String(value)]));
}

/** The same in the body of a search of several, which no model looks at: lists are lists. */
export function bodyFields(state: SearchState, can: (name: string) => boolean): BodyFields {
  return Object.fromEntries(known(wanted(state), can));
}

/** One example in the body of a search of several. */
export interface ExampleField {
  media?: number;
  upload?: number;
  sha256?: string;
  region?: Part;
  weight: number;
}

function exampleField({ kind, which, region }: Example, weight: number): ExampleField {
  const picture = kind === "sha256" ? { sha256: which } : { [kind]: Number(which) };
  return { ...picture, ...(region && { region }), weight };
}

/** All examples of a search, the query itself first. */
export function exampleFields(query: Example, state: SearchState): ExampleField[] {
  return [
    exampleField({ ...query, region: state.region }, 1),
    ...state.like.map((one) => exampleField(one, 1)),
    ...state.unlike.map((one) => exampleField(one, -1)),
  ];
}

/** Whether the query needs more than one picture. */
export function isCombined(state: SearchState): boolean {
  return state.like.length + state.unlike.length > 0;
}

/** What of the state changes the hits: two states with the same of it have the same answer. */
export function asked(state: SearchState): object {
  const { show: _show, hits: _hits, walked: _walked, beside: _beside, isUnseen: _unseen, ...rest } = state;
  return rest;
}
