/** A view's state out of its address, and how it is changed. */
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useMemo, useRef } from "react";
import type { Address, Params } from "./address";

export interface ChangeOptions {
  /** Does not make a step that Back would go to: for what changes many times a second. */
  replace?: boolean;
}

export type Change<State> = (part: Partial<State>, options?: ChangeOptions) => void;

/** The path stays; the scroll position too. */
export function useAddress<State extends object>(codec: Address<State>): [State, Change<State>] {
  const params = useSearch({ strict: false }) as Params;
  const navigate = useNavigate();
  const state = useMemo(() => codec.read(params), [codec, params]);
  const latest = useRef(state);
  latest.current = state;
  const change = useCallback<Change<State>>(
    (part, { replace = false } = {}) => {
      latest.current = { ...latest.current, ...part };
      void navigate({ to: ".", search: codec.write(latest.current), replace, resetScroll: false });
    },
    [codec, navigate],
  );
  return [state, change];
}
