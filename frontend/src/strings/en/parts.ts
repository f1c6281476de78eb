/** Parts that many views share. */
import { number, plural } from "../format";

export const parts = {
  close: "Close",
  cancel: "Cancel",
  again: "Try again",
  undo: "Undo",
  copy: "Copy",
  copied: "Copied",
  loading: "Loading …",
  offline: "The server cannot be reached. Is it still running?",
  failed: (status: string) => `The server answered ${status}.`,
  notices: "Notices",
  grid: {
    size: "Size of pictures",
    selected: (count: number) => plural(count, { one: "# selected", other: "# selected" }),
    select: "Select",
    deselect: "Take out of the selection",
    clear: "Clear the selection",
    searchThis: "Search with this",
    open: "Open",
    collect: "Collect",
    note: "Write a note",
    more: "Loading more …",
    moreFailed: "The rest could not be read.",
    end: (count: number) => plural(count, { one: "That is the only one", other: "That is all of #" }),
  },
  rows: { more: "Show more" },
  picture: {
    alt: (id: number) => `Picture ${id}`,
    video: (id: number) => `Video ${id}`,
    frame: (id: number, at: string) => `Picture ${id}, at ${at} of a video`,
    broken: "No preview",
  },
  progress: (current: number, total: number) => `${number(current)} of ${number(total)}`,
  left: (time: string) => `${time} left`,
};
