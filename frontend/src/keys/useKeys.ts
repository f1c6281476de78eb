/** Listens to the keyboard once for the whole page and asks whoever gave a command meaning, the newest first. */
import { useEffect, useRef } from "react";
import { combination, commandOf, type Handlers, isBeginning } from "./map";

/** How long a first key waits for its second. */
const SEQUENCE_MS = 1_200;

type Layer = { readonly current: Handlers };

const layers: Layer[] = [];
let begun: { keys: string; at: number } | undefined;

const TYPING =
  "input:not([type=checkbox],[type=radio],[type=range],[type=button],[type=file]),textarea,select,[contenteditable=true]";
/** Controls that have a meaning of their own for these keys. */
const OWN_KEYS: readonly [selector: string, keys: RegExp][] = [
  ["a,button,summary,[role=button]", /^(Enter| )$/],
  ["[role=slider],[type=range],[role=tab],[role=menuitem],[role=radio]", /^(Shift\+)?(Arrow|Home|End|Page|Enter| )/],
];

function isTaken(target: EventTarget | null, keys: string): boolean {
  if (!(target instanceof Element)) return false;
  if (target.closest(TYPING)) return true;
  return OWN_KEYS.some(([selector, own]) => own.test(keys) && target.closest(selector));
}

function keysWithBegun(keys: string): string {
  const isFresh = begun && performance.now() - begun.at < SEQUENCE_MS;
  const both = isFresh && begun ? `${begun.keys} ${keys}` : keys;
  begun = undefined;
  return commandOf(both) ? both : keys;
}

function handle(event: KeyboardEvent): void {
  const pressed = combination(event);
  const isElsewhere = event.defaultPrevented || event.isComposing || document.querySelector("dialog[open]:modal");
  if (isElsewhere || isTaken(event.target, pressed)) return;
  const keys = keysWithBegun(pressed);
  const command = commandOf(keys);
  if (!command) {
    if (isBeginning(keys)) begun = { keys, at: performance.now() };
    return;
  }
  for (const layer of layers.toReversed()) {
    const handler = layer.current[command];
    if (!handler || handler(event) === false) continue;
    event.preventDefault();
    return;
  }
}

/**
 * Gives commands a meaning for as long as the component is there. `under`: is asked after all others, whoever came first; the frame
 * around the views, whose component is ready after theirs.
 */
export function useKeys(handlers: Handlers, place: "over" | "under" = "over"): void {
  const latest = useRef(handlers);
  latest.current = handlers;
  useEffect(() => {
    if (layers.length === 0) window.addEventListener("keydown", handle);
    if (place === "over") layers.push(latest);
    else layers.unshift(latest);
    return () => {
      layers.splice(layers.indexOf(latest), 1);
      if (layers.length === 0) window.removeEventListener("keydown", handle);
    };
  }, [place]);
}
