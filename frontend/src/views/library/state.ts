/** What the library shows, as its address says it. */
import type { Wanted } from "../../api/media";
import { address, choice, flag, optionalNumber, type Piece, text } from "../../state/address";

export const TYPES = ["all", "image", "video", "video_frame"] as const;

export interface LibraryState {
  type: (typeof TYPES)[number];
  name: string;
  collection: number | undefined;
  label: string;
  since: string;
  until: string;
  sort: "newest" | "oldest";
  trash: boolean;
}

/** A day, `2026-01-31`. */
function day(name: string): Piece<string> {
  const piece = text(name);
  return { ...piece, read: (params) => (/^\d{4}-\d{2}-\d{2}$/.test(piece.read(params)) ? piece.read(params) : "") };
}

export const libraryAddress = address<LibraryState>({
  type: choice("type", TYPES, "all"),
  name: text("name"),
  collection: optionalNumber("collection"),
  label: text("label"),
  since: day("since"),
  until: day("until"),
  sort: choice("sort", ["newest", "oldest"], "newest"),
  trash: flag("trash"),
});

export function wantedOf({ type, sort, trash, ...same }: LibraryState): Wanted {
  return {
    ...same,
    type: type === "all" ? undefined : type,
    order: sort === "newest" ? "desc" : "asc",
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
