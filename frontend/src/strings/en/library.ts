/** The library. */
import { plural } from "../format";

export const library = {
  title: "Library",
  count: (count: number) => plural(count, { one: "# picture", other: "# pictures" }),
  empty: "Nothing in the library yet",
  emptyHint: "Import pictures, videos or ZIP archives to begin.",
  failed: "The library could not be read",
};
