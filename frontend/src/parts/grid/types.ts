/** What a grid needs to know of what it shows. */
import type { ReactNode } from "react";
import type { Media } from "../../api/types";
import type { Selection } from "../../state/selection";

/** What can be done with a picture: by its buttons, and by the keys of the map. What is left out is not offered. */
export interface GridActions<Item> {
  /** A click, and Enter. */
  open: (item: Item) => void;
  searchThis?: (item: Item) => void;
  collect?: (item: Item) => void;
  note?: (item: Item) => void;
  /** The picture that keys act upon has changed. */
  activate?: (item: Item) => void;
}

export interface SelectionState {
  value: Selection;
  change: (selection: Selection) => void;
}

/** The rest of a list that comes in pages. */
export interface Paging {
  hasMore: boolean;
  isLoading: boolean;
  /** The next page could not be read. */
  hasFailed: boolean;
  load: () => void;
}

export interface GridProps<Item> {
  /** What the grid is, for those who hear it. */
  label: string;
  items: readonly Item[];
  mediaOf: (item: Item) => Media;
  /** Where a middle click leads. */
  hrefOf: (item: Item) => string;
  actions: GridActions<Item>;
  selection?: SelectionState;
  paging?: Paging;
  /** A line under each picture; give its height too. */
  caption?: (item: Item, index: number) => ReactNode;
  /** CSS pixels. */
  captionHeight?: number;
  /** Badges and marks on the picture. They do not take clicks. */
  overlay?: (item: Item, index: number) => ReactNode;
  /** Pictures that are blurred until one points at them. */
  isVeiled?: (item: Item) => boolean;
  /** The picture that is set apart: the query itself, the one whose details are shown. */
  markedId?: number;
  /** Pictures that the button to collect takes out again. */
  collected?: ReadonlySet<number>;
  /** A line before the picture at this place, with what it says. */
  divider?: { before: number; label: string } | undefined;
  /** Pictures of this grid that are dropped in it are put before another one; nothing: they come last. Left out, the order is fixed. */
  arrange?: ((ids: readonly number[], before: number | null) => void) | undefined;
  /** Where several grids share a page, the one that keys mean. */
  isKeyed?: boolean;
}
