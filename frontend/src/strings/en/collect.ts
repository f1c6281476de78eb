/** Putting pictures into collections, from any view. */
import { plural } from "../format";

const pictures = (count: number) => plural(count, { one: "# picture", other: "# pictures" });

export const collect = {
  choose: (count: number) => (count > 0 ? `Collect ${pictures(count)}` : "Choose a collection"),
  into: (title: string) => `Collecting into ${title}`,
  nowhere: "Collection",
  find: "Find a collection, or name a new one",
  create: (title: string) => `New collection “${title}”`,
  none: "There is no collection yet: give the first one a name.",
  noneFound: "No collection has this name.",
  current: "used last",
  added: (count: number, title: string) => `${pictures(count)} added to ${title}`,
  inAlready: (count: number, title: string) =>
    plural(count, { one: `It is in ${title} already`, other: `All # are in ${title} already` }),
  removed: (count: number, title: string) => `${pictures(count)} taken out of ${title}`,
  unchanged: (reason: string) => `Nothing was changed: ${reason}`,
  takenBack: (count: number, title: string) => `${pictures(count)} taken out of ${title} again`,
  dropHere: "Drop on a collection",
  dropNew: "Another one …",
  to: (title: string) => `Collect to ${title}`,
  another: "Choose a collection",
  failed: "The collections could not be read",
};
