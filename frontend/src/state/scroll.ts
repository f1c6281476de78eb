/** Back shows a page where one left it. Positions are kept per step of the browser's history, for as long as the tab lives. */
import { type AnyRouter, useRouterState } from "@tanstack/react-router";
import { useLayoutEffect, useRef } from "react";

const PREFIX = "likeness.scroll.";

type Step = { state: { __TSR_key?: string } };

function keyOf({ state }: Step): string {
  return state.__TSR_key ?? "first";
}

function keep(step: Step): void {
  sessionStorage.setItem(PREFIX + keyOf(step), `${Math.round(window.scrollY)}`);
}

function keptAt(key: string): number | undefined {
  const text = sessionStorage.getItem(PREFIX + key);
  return text === null ? undefined : Number(text);
}

/** Told once at the start. Positions are kept as a page is left, before anything of it goes: later its height is another's. */
export function keepScroll(router: AnyRouter): void {
  history.scrollRestoration = "manual";
  router.subscribe("onBeforeNavigate", ({ fromLocation }) => fromLocation && keep(fromLocation));
  window.addEventListener("pagehide", () => {
    keep(router.state.location);
    history.scrollRestoration = "manual";
  });
}

/** How long a page may take to reach its height, in frames. */
const PATIENCE = 90;
const BY_HAND = ["wheel", "touchstart", "keydown", "pointerdown"] as const;

/** Scrolls there as soon as the page is high enough, unless somebody scrolls before. Answers how to give up. */
function scrollWhenThere(top: number): () => void {
  let frame = 0;
  let left = PATIENCE;
  const stop = () => {
    cancelAnimationFrame(frame);
    for (const event of BY_HAND) window.removeEventListener(event, stop);
  };
  const go = () => {
    window.scrollTo({ top, behavior: "instant" });
    left -= 1;
    if (Math.abs(window.scrollY - top) < 2 || left === 0) stop();
    else frame = requestAnimationFrame(go);
  };
  for (const event of BY_HAND) window.addEventListener(event, stop, { once: true, passive: true });
  go();
  return stop;
}

/**
 * Restores the window's position of the present step. `isReady` says that the page has its full height; a step that was never
 * left begins at the top when the path is new, and stays where it is when only the state in the address changed.
 */
export function useKeptScroll(isReady: boolean): void {
  const step = useRouterState({
    select: ({ resolvedLocation, location }) => {
      const isSettled = resolvedLocation !== undefined && keyOf(resolvedLocation) === keyOf(location);
      return isSettled ? `${keyOf(location)} ${location.pathname}` : undefined;
    },
  });
  const done = useRef<string>(undefined);
  const stop = useRef<() => void>(undefined);
  useLayoutEffect(() => () => stop.current?.(), []);
  useLayoutEffect(() => {
    if (!isReady || step === undefined || done.current === step) return;
    const [key = "", path] = step.split(" ");
    const isSamePath = done.current?.split(" ")[1] === path;
    done.current = step;
    const top = keptAt(key) ?? (isSamePath ? undefined : 0);
    stop.current?.();
    if (top !== undefined) stop.current = scrollWhenThere(top);
  }, [isReady, step]);
}
