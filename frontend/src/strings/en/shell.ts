/** The frame around all views. */
import { plural } from "../format";

export const shell = {
  name: "Likeness",
  title: (view: string) => `${view} · Likeness`,
  skip: "Skip to the content",
  navigation: "Main",
  more: "More",
  places: {
    search: "Search",
    library: "Library",
    collections: "Collections",
    work: "Work",
    features: "Features",
    models: "Models",
    map: "Map",
  },
  box: {
    label: "Search with a picture",
    hint: "Drop, paste or pick a picture, or type its address",
    pick: "Pick a picture",
    random: "Random picture",
    notAnAddress: "This is not the address of a picture. It should begin with https:// or be the SHA-256 of a file.",
    noPicture: "There is no picture among these files. Files are imported in the library.",
    sending: "Sending the picture …",
    drop: "Drop to search with this picture",
  },
  theme: { label: "Theme", system: "As the system", light: "Light", dark: "Dark" },
  person: {
    title: "Your name",
    name: "Name",
    hint: "Others read it beside what you make. It is kept in this browser.",
    youAre: (name: string) => `Your name: ${name}`,
    save: "Keep it",
  },
  help: "Keys",
  live: {
    on: "Live",
    connecting: "Connecting …",
    off: "Not live: reconnecting",
    running: (count: number) => plural(count, { one: "# task is running", other: "# tasks are running" }),
  },
  offline: {
    title: "The server cannot be reached.",
    remedy: "What you see may be old. It is tried again every two seconds.",
    browser: "This computer is offline.",
  },
  missing: {
    title: "There is nothing at this address",
    remedy: "The link may be old, or was cut off.",
    back: "To the search",
  },
  crashed: { title: "This view failed" },
};
