/** Putting pictures into the current collection. */
import { plural } from "../format";

const pictures = (count: number) => plural(count, { one: "# picture", other: "# pictures" });

export const collect = {
  choose: "Collection",
  current: (title: string) => `Collecting into ${title}`,
  none: "No collection yet",
  make: "New collection …",
  open: "Open the collection",
  into: (title: string) => `Collect into ${title}`,
  takeOut: (title: string) => `Take out of ${title}`,
  in: "In the current collection",
  added: (count: number, title: string) => `${pictures(count)} put into ${title}`,
  removed: (count: number, title: string) => `${pictures(count)} taken out of ${title}`,
  failed: (reason: string) => `Nothing was changed: ${reason}`,
  form: {
    title: "New collection",
    name: "Title",
    hint: (count: number) => (count > 0 ? `${pictures(count)} will be put into it.` : "Pictures go into it with C."),
    save: "Make it",
    blank: "A collection needs a title.",
  },
};
