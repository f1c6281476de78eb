/** The state of a search, as its address holds it. The query itself is the path. */
import {
  address,
  choice,
  choices,
  day,
  flag,
  numbers,
  optionalDecimal,
  optionalNumber,
  type Part,
  region,
  text,
} from "../../state/address";
import { type Example, examples } from "./examples";

export const TYPES = ["image", "video_frame"] as const;
export type MediaType = (typeof TYPES)[number];
export const ORDERS = ["score", "newest", "oldest"] as const;
export type Order = (typeof ORDERS)[number];

/** What hits must be like. */
export interface Filters {
  types: readonly MediaType[];
  /** Days, both included; "" for none. */
  since: string;
  until: string;
  /** Which date these, and the order, mean. */
  date: "captured" | "imported";
  /** In any of these collections. */
  inside: readonly number[];
  /** In none of these. */
  outside: readonly number[];
  /** Something that a detector saw. */
  label: string;
  /** Greatest distance. */
  within: number | undefined;
  /** Without those that were looked at before. */
  isUnseen: boolean;
}

export interface SearchState extends Filters {
  /** Feature that answers; nothing: the server's own choice. */
  feature: number | undefined;
  /** Others that answer beside it. */
  beside: readonly number[];
  /** Part of the query that counts. */
  region: Part | undefined;
  /** Detection model that looks at the query; "" for the server's own choice. */
  detect: string;
  /** Further examples: more like these, less like those. */
  like: readonly Example[];
  unlike: readonly Example[];
  /** The pictures that led here, oldest first. */
  walked: readonly Example[];
  /** One frame a video. */
  isGrouped: boolean;
  order: Order;
  /** The picture whose details are shown. */
  show: number | undefined;
  /** Hits that were loaded, so that a reload finds its place. */
  hits: number | undefined;
}

export const MOST_BESIDE = 3;
export const MOST_EXAMPLES = 16;
const MOST_WALKED = 12;

export const searchAddress = address<SearchState>({
  feature: optionalNumber("feature"),
  beside: numbers("beside", MOST_BESIDE),
  region,
  detect: text("detect"),
  like: examples("like", MOST_EXAMPLES),
  unlike: examples("unlike", MOST_EXAMPLES),
  types: choices("type", TYPES),
  since: day("since"),
  until: day("until"),
  date: choice("date", ["captured", "imported"], "captured"),
  inside: numbers("in"),
  outside: numbers("not"),
  label: text("label"),
  within: optionalDecimal("within"),
  isUnseen: flag("unseen"),
  isGrouped: flag("group"),
  order: choice("sort", ORDERS, "score"),
  walked: examples("walked", MOST_WALKED),
  show: optionalNumber("show"),
  hits: optionalNumber("hits"),
});

export const NO_FILTERS: Filters = {
  types: [],
  since: "",
  until: "",
  date: "captured",
  inside: [],
  outside: [],
  label: "",
  within: undefined,
  isUnseen: false,
};

/** How many filters are in force; the range of days counts once. */
export function countFilters(state: Filters): number {
  const { types, since, until, inside, outside, label, within, isUnseen } = state;
  return [types.length, since || until, inside.length, outside.length, label, within !== undefined, isUnseen].filter(
    Boolean,
  ).length;
}

/** The state of the search that a step of the walk leads to: its filters stay, what belonged to the old query does not. */
export function stepped(state: SearchState, from: Example | undefined, to: Example): SearchState {
  const before = from ? [...state.walked, from] : state.walked;
  return {
    ...state,
    walked: before,
    region: to.region,
    like: [],
    unlike: [],
    show: undefined,
    hits: undefined,
  };
}

/** The state of a place of the walk that one goes back to: what came after it is forgotten. */
export function backTo(state: SearchState, place: number): SearchState {
  const target = state.walked[place];
  return { ...stepped(state, undefined, target ?? { kind: "media", which: "" }), walked: state.walked.slice(0, place) };
}
