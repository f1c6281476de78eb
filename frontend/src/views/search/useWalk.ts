/** Steps of the walk from picture to picture: every step is an address, and the way here is in it. */
import { useNavigate } from "@tanstack/react-router";
import { useMemo, useRef } from "react";
import { markSeen } from "../../state/seen";
import type { Example } from "./examples";
import { backTo, type SearchState, searchAddress, stepped } from "./state";

export interface Walk {
  /** Searches with this, and remembers where one came from. */
  to: (example: Example) => void;
  /** Back to a place of the walk. */
  back: (place: number) => void;
}

/** `from`: what is searched with now, as the walk should remember it. */
export function useWalk(state: SearchState, from: Example | undefined): Walk {
  const navigate = useNavigate();
  const latest = useRef({ state, from });
  latest.current = { state, from };
  return useMemo(() => {
    const go = ({ kind, which }: Example, next: SearchState) =>
      void navigate({ to: "/search/$kind/$which", params: { kind, which }, search: searchAddress.write(next) });
    return {
      to: (example) => {
        if (example.kind === "media") markSeen(Number(example.which));
        go(example, stepped(latest.current.state, latest.current.from, example));
      },
      back: (place) => {
        const target = latest.current.state.walked[place];
        if (target) go(target, backTo(latest.current.state, place));
      },
    };
  }, [navigate]);
}
