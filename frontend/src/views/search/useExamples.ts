/** Liking and disliking hits: what comes next is more like these and less like those. */
import { useMemo, useRef } from "react";
import { say } from "../../parts/toasts";
import { strings } from "../../strings";
import { type Example, isSamePicture, ofLibrary, word } from "./examples";
import { MOST_EXAMPLES, type SearchState } from "./state";

export interface Liking {
  like: (ids: readonly number[]) => void;
  unlike: (ids: readonly number[]) => void;
}

/** `list` with these besides, each picture once; the oldest go when they are too many. */
export function withMore(list: readonly Example[], more: readonly Example[]): Example[] {
  const rest = list.filter((one) => !more.some((other) => isSamePicture(one, other)));
  return [...rest, ...more].slice(-MOST_EXAMPLES);
}

export function withoutThese(list: readonly Example[], these: readonly Example[]): Example[] {
  const words = new Set(these.map(word));
  return list.filter((one) => !words.has(word(one)));
}

export function useExamples(state: SearchState, change: (part: Partial<SearchState>) => void): Liking {
  const latest = useRef(state);
  latest.current = state;
  return useMemo(() => {
    const add = (ids: readonly number[], to: "like" | "unlike") => {
      const more = ids.map(ofLibrary);
      const { like, unlike } = latest.current;
      const next =
        to === "like"
          ? { like: withMore(like, more), unlike: withoutThese(unlike, more) }
          : { like: withoutThese(like, more), unlike: withMore(unlike, more) };
      change({ ...next, hits: undefined });
      say(strings.search.examples.added(ids.length));
      window.scrollTo({ top: 0 });
    };
    return { like: (ids) => add(ids, "like"), unlike: (ids) => add(ids, "unlike") };
  }, [change]);
}
