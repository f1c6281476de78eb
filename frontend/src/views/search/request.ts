/** A search's state as the API wants to be asked: the parameters of `GET`, or the body of `POST` when there are several examples. */
import type { Part } from "../../state/address";
import type { Example } from "./examples";
import type { SearchState } from "./state";

export type Value = string | number;
export type Fields = Readonly<Record<string, Value>>;

function filters(state: SearchState): Record<string, Value> {
  return {
    type: state.types.join(","),
    since: state.since,
    until: state.until,
    collection_id: state.inside.join(","),
    not_collection_id: state.outside.join(","),
    label: state.label,
    max_score: state.within ?? "",
  };
}

const SORTED: Readonly<Record<SearchState["order"], Record<string, Value>>> = {
  score: {},
  newest: { sort: "date", order: "desc" },
  oldest: { sort: "date", order: "asc" },
};

/** The fields of a search besides its query, as far as `can` says that the server knows them. */
export function fields(state: SearchState, can: (name: string) => boolean): Fields {
  const needsDate = Boolean(state.since || state.until) || state.order !== "score";
  const all: Record<string, Value> = {
    feature: state.feature ?? "",
    detect: state.detect,
    group: state.isGrouped ? "video" : "",
    ...filters(state),
    date: needsDate ? state.date : "",
    ...SORTED[state.order],
  };
  return Object.fromEntries(Object.entries(all).filter(([name, value]) => value !== "" && can(name)));
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
