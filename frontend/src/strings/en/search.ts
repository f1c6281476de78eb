/** The search. */
import { number, plural } from "../format";

export const search = {
  title: "Search",
  welcome: "Find a picture by what it looks like",
  welcomeHint:
    "Drop or paste a picture anywhere on this page, pick one from your computer, or start from a random one.",
  inLibrary: (count: number) => plural(count, { one: "# picture in the library", other: "# pictures in the library" }),
  emptyLibrary: "The library is empty",
  emptyLibraryHint: "Add pictures in the library; they can be searched as soon as their features are taken.",
  toLibrary: "To the library",
  random: "Random picture",
  pick: "Pick a picture",
  query: "Query",
  queryPicture: "The picture that is searched with",
  results: "Results",
  nothing: "Nothing to compare with yet",
  nothingHint: "No picture has a feature so far. The work page shows what is being taken.",
  compared: (count: number, time: string) => `${number(count)} compared in ${time}`,
  failed: "The search failed",
};
