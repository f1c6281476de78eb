/** The one keyboard map. A view gives its commands meaning with `useKeys`; the help shows what is here. */
import { strings } from "../strings";

export type Group = keyof typeof strings.keys.groups;

export interface Command {
  readonly group: Group;
  /** What it does, in the reader's words. */
  readonly title: string;
  /** Any of these: `/`, `j`, `ArrowLeft`, `Shift+ArrowLeft`, `Mod+a` (ctrl or command), `g s` (one after the other). */
  readonly keys: readonly string[];
}

const words = strings.keys;

export const COMMANDS = {
  focusSearch: { group: "everywhere", title: words.focusSearch, keys: ["/"] },
  help: { group: "everywhere", title: words.help, keys: ["?"] },
  random: { group: "everywhere", title: words.random, keys: ["r"] },
  goSearch: { group: "everywhere", title: words.goSearch, keys: ["g s"] },
  goLibrary: { group: "everywhere", title: words.goLibrary, keys: ["g l"] },
  goCollections: { group: "everywhere", title: words.goCollections, keys: ["g c"] },
  goWork: { group: "everywhere", title: words.goWork, keys: ["g w"] },
  clear: { group: "everywhere", title: words.clear, keys: ["Escape"] },

  left: { group: "pictures", title: words.previous, keys: ["ArrowLeft", "k"] },
  right: { group: "pictures", title: words.next, keys: ["ArrowRight", "j"] },
  up: { group: "pictures", title: words.move, keys: ["ArrowUp"] },
  down: { group: "pictures", title: words.move, keys: ["ArrowDown"] },
  first: { group: "pictures", title: words.first, keys: ["Home"] },
  last: { group: "pictures", title: words.last, keys: ["End"] },
  open: { group: "pictures", title: words.open, keys: ["Enter", "o"] },
  searchThis: { group: "pictures", title: words.searchThis, keys: ["s"] },
  collect: { group: "pictures", title: words.collect, keys: ["c"] },
  details: { group: "pictures", title: words.details, keys: ["i"] },
  like: { group: "search", title: words.like, keys: ["l"] },
  unlike: { group: "search", title: words.unlike, keys: ["d"] },
  larger: { group: "pictures", title: words.larger, keys: ["+", "="] },
  smaller: { group: "pictures", title: words.smaller, keys: ["-"] },

  select: { group: "selection", title: words.select, keys: ["x"] },
  extendLeft: { group: "selection", title: words.selectRange, keys: ["Shift+ArrowLeft"] },
  extendRight: { group: "selection", title: words.selectRange, keys: ["Shift+ArrowRight"] },
  extendUp: { group: "selection", title: words.selectRange, keys: ["Shift+ArrowUp"] },
  extendDown: { group: "selection", title: words.selectRange, keys: ["Shift+ArrowDown"] },
  remove: { group: "selection", title: words.remove, keys: ["Delete"] },
  note: { group: "selection", title: words.writeNote, keys: ["n"] },
  earlier: { group: "selection", title: words.earlier, keys: [","] },
  later: { group: "selection", title: words.later, keys: ["."] },
  compare: { group: "selection", title: words.compare, keys: ["v"] },
  selectAll: { group: "selection", title: words.selectAll, keys: ["Mod+a"] },
} as const satisfies Record<string, Command>;

export type CommandName = keyof typeof COMMANDS;

/** What a command does now. `false` says: not mine at this moment, ask whoever was there before. */
export type Handler = (event: KeyboardEvent) => unknown;
export type Handlers = Partial<Record<CommandName, Handler>>;

/** The combination that an event is, as the map writes it. Shift counts only with keys that have no character of their own. */
export function combination(event: Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">): string {
  const { key, ctrlKey, metaKey, altKey, shiftKey } = event;
  const named = key.length === 1 ? key : `${shiftKey ? "Shift+" : ""}${key}`;
  const mod = ctrlKey || metaKey ? "Mod+" : "";
  return `${mod}${altKey ? "Alt+" : ""}${mod ? named.toLowerCase().replace("shift+", "Shift+") : named}`;
}

const BY_KEYS = new Map<string, CommandName>(
  (Object.entries(COMMANDS) as [CommandName, Command][]).flatMap(([name, { keys }]) =>
    keys.map((one) => [one, name] as const),
  ),
);

/** The command of a combination, alone or after another one. */
export function commandOf(keys: string): CommandName | undefined {
  return BY_KEYS.get(keys);
}

/** Whether a combination begins a sequence: `g`. */
export function isBeginning(keys: string): boolean {
  return [...BY_KEYS.keys()].some((one) => one.startsWith(`${keys} `));
}
