/** Uploads: pictures that were brought to search with. */
import { plural } from "../format";

const pictures = (count: number) => plural(count, { one: "# picture", other: "# pictures" });

export const uploads = {
  title: "Uploads",
  count: pictures,
  empty: "No picture was sent in yet",
  emptyHint: "What you drop, paste or pick to search with is kept here, to search with it again.",
  toSearch: "To the search",
  noneFound: "Nobody of this name has sent a picture",
  noneFoundHint: "Names must be written in full.",
  clearFilter: "Show those of everybody",
  failed: "The uploads could not be read",
  filters: {
    title: "Filters",
    by: "Sent by",
    mine: "Mine",
    order: "Order",
    newest: "Newest first",
    oldest: "Oldest first",
  },
  nobody: "Somebody",
  caption: (name: string, when: string) => `${name}, ${when}`,
  delete: "Delete",
  promote: "Put into the library",
  promoted: (count: number) => `${pictures(count)} put into the library`,
  toLibrary: "Show",
  deleted: (count: number) => `${pictures(count)} deleted`,
  back: (count: number) => `${pictures(count)} sent again, with new numbers`,
  askTitle: (count: number) => `Delete ${pictures(count)}?`,
  askHint: "So many cannot be brought back. Searches that began with them stop working.",
};
