/** Back shows a page where one left it. Positions are kept per step of the browser's history, for as long as the tab lives. */
import { useRouterState } from "@tanstack/react-router";
import { useEffect, useLayoutEffect, useRef } from "react";

const PREFIX = "likeness.scroll.";

function keptAt(key: string): number | undefined {
  const text = sessionStorage.getItem(PREFIX + key);
  return text === null ? undefined : Number(text);
}

/** Told once at the start: the pages put themselves where they belong, the browser need not guess. */
export function takeOverScroll(): void {
  history.scrollRestoration = "manual";
}

/**
 * Keeps and restores the window's position of the present step. `isReady` says that the page has its full height; a step
 * that was never left begins at the top when the path is new, and stays where it is when only the state changed.
 */
export function useKeptScroll(isReady: boolean): void {
  const { key, path } = useRouterState({
    select: ({ resolvedLocation, location }) => {
      const shown = resolvedLocation ?? location;
      return { key: shown.state.__TSR_key ?? "first", path: shown.pathname };
    },
    structuralSharing: true,
  });
  const done = useRef<string>(undefined);
  const lastPath = useRef<string>(undefined);
  useLayoutEffect(() => {
    if (!isReady || done.current === key) return;
    const top = keptAt(key) ?? (lastPath.current === path ? undefined : 0);
    done.current = key;
    lastPath.current = path;
    if (top !== undefined) window.scrollTo({ top, behavior: "instant" });
  }, [isReady, key, path]);
  useEffect(() => {
    const keep = () => {
      if (done.current === key) sessionStorage.setItem(PREFIX + key, `${Math.round(window.scrollY)}`);
    };
    window.addEventListener("scroll", keep, { passive: true });
    return () => window.removeEventListener("scroll", keep);
  }, [key]);
}
