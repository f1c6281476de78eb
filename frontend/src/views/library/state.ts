/** What the library shows, as its address says it. */
import type { Wanted } from "../../api/media";
import { address, choice, day, flag, optionalNumber, text } from "../../state/address";

export const TYPES = ["all", "image", "video", "video_frame"] as const;

/** By the time of import, or by the camera's clock. */
export const SORTS = ["newest", "oldest", "taken", "taken-first"] as const;

export interface LibraryState {
  type: (typeof TYPES)[number];
  name: string;
  collection: number | undefined;
  label: string;
  since: string;
  until: string;
  sort: (typeof SORTS)[number];
  trash: boolean;
}

export const libraryAddress = address<LibraryState>({
  type: choice("type", TYPES, "all"),
  name: text("name"),
  collection: optionalNumber("collection"),
  label: text("label"),
  since: day("since"),
  until: day("until"),
  sort: choice("sort", SORTS, "newest"),
  trash: flag("trash"),
});

/** Whether days and months are those of the camera's clock. */
export function isByCapture(sort: LibraryState["sort"]): boolean {
  return sort === "taken" || sort === "taken-first";
}

export function wantedOf({ type, sort, trash, ...same }: LibraryState): Wanted {
  return {
    ...same,
    type: type === "all" ? undefined : type,
    date: isByCapture(sort) ? "captured" : "imported",
    order: sort === "newest" || sort === "taken" ? "desc" : "asc",
    isTrash: trash,
  };
}

/** What takes every filter away; the order stays. */
export const NO_FILTERS = {
  type: "all",
  name: "",
  collection: undefined,
  label: "",
  since: "",
  until: "",
} as const satisfies Partial<LibraryState>;

export function isFiltered(state: LibraryState): boolean {
  return (Object.keys(NO_FILTERS) as (keyof typeof NO_FILTERS)[]).some((name) => state[name] !== NO_FILTERS[name]);
}

/** The days of a month, `2026-02`, both ends. */
export function daysOf(month: string): { since: string; until: string } {
  const [year = 0, number = 1] = month.split("-").map(Number);
  const last = new Date(Date.UTC(year, number, 0)).getUTCDate();
  return { since: `${month}-01`, until: `${month}-${String(last).padStart(2, "0")}` };
}
