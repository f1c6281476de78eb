/** Everything that a search knows and can do: its state, its hits, the hit that keys mean, and what happens to it. */
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { CAN_COMBINE } from "../../api/abilities";
import type { Hit, SearchAnswer } from "../../api/types";
import { useKeys } from "../../keys/useKeys";
import { useMembership } from "../../parts/collect/members";
import type { GridActions, SelectionState } from "../../parts/grid/types";
import { useKeptScroll } from "../../state/scroll";
import { markSeen } from "../../state/seen";
import { NOTHING } from "../../state/selection";
import { type Change, useAddress } from "../../state/useAddress";
import type { DetailsActions } from "./Details";
import { type Example, ofLibrary } from "./examples";
import { pictureOf } from "./results";
import { type SearchState, searchAddress } from "./state";
import { type Liking, useExamples } from "./useExamples";
import { type Hits, useHits } from "./useHits";
import { useWalk, type Walk } from "./useWalk";

/** What is searched with, as the server has named it: of a random picture its number. */
function hereOf(query: Example, answer: SearchAnswer | undefined, state: SearchState): Example | undefined {
  const region = state.region && { region: state.region };
  const { media, upload } = answer ? pictureOf(answer.query) : {};
  if (media) return { kind: "media", which: `${media.id}`, ...region };
  if (upload) return { kind: "upload", which: `${upload.id}`, ...region };
  return query.kind === "random" ? undefined : { ...query, ...region };
}

/** Writes how many hits are loaded into the address, so that a reload finds its place. */
function useKeptLength({ loaded, list }: Hits, hits: number | undefined, change: Change<SearchState>): void {
  const isMore = list.isSuccess && !list.isPlaceholderData && (list.data?.pages.length ?? 0) > 1;
  useEffect(() => {
    if (isMore && loaded !== hits) change({ hits: loaded }, { replace: true });
  }, [isMore, loaded, hits, change]);
}

/** The details at the right: of which hit, and how that changes. The hit that keys mean is shown as one moves. */
function useDetails(shown: number | undefined, change: Change<SearchState>) {
  const active = useRef<Hit>(undefined);
  const isOpen = shown !== undefined;
  const show = useCallback(
    (id: number) => {
      markSeen(id);
      change({ show: id }, { replace: isOpen });
    },
    [change, isOpen],
  );
  const close = useCallback(() => change({ show: undefined }, { replace: true }), [change]);
  const activate = useCallback(
    (hit: Hit) => {
      active.current = hit;
      if (isOpen) show(hit.id);
    },
    [isOpen, show],
  );
  return { active, isOpen, show, close, activate };
}

function useSearchKeys(
  details: ReturnType<typeof useDetails>,
  { value, change }: SelectionState,
  liking: Liking,
): void {
  const { active, isOpen, show, close } = details;
  const withActive = (act: (id: number) => void) => () => (active.current ? act(active.current.id) : false);
  useKeys({
    details: () => (isOpen ? close() : withActive(show)()),
    clear: () => {
      if (value.ids.size > 0) change(NOTHING);
      else if (isOpen) close();
      else return false;
    },
    ...(CAN_COMBINE && {
      like: withActive((id) => liking.like([id])),
      unlike: withActive((id) => liking.unlike([id])),
    }),
  });
}

export interface SearchView {
  state: SearchState;
  change: Change<SearchState>;
  /** Changes what is asked: the list begins anew. */
  alter: (part: Partial<SearchState>, isStep?: boolean) => void;
  hits: Hits;
  answer: SearchAnswer | undefined;
  here: Example | undefined;
  walk: Walk;
  liking: Liking;
  selection: SelectionState;
  members: ReadonlySet<number>;
  actions: GridActions<Hit>;
  detailsActions: DetailsActions;
}

export function useSearchView(query: Example): SearchView {
  const [state, change] = useAddress(searchAddress);
  const hits = useHits(query, state);
  const answer = hits.list.data?.pages[0];
  const here = hereOf(query, answer, state);
  const walk = useWalk(state, here);
  const liking = useExamples(state, change);
  const shown = useMemo(() => hits.hits.map(({ id }) => id), [hits.hits]);
  const { members, toggle } = useMembership(shown);
  const [value, setSelection] = useState(NOTHING);
  const selection = useMemo(() => ({ value, change: setSelection }), [value]);
  const details = useDetails(state.show, change);
  const alter = useCallback(
    (part: Partial<SearchState>, isStep = false) => change({ ...part, hits: undefined }, { replace: isStep }),
    [change],
  );
  useKeptScroll(hits.list.isSuccess && !hits.list.isPlaceholderData);
  useKeptLength(hits, state.hits, change);
  useSearchKeys(details, selection, liking);
  const { show, close, activate } = details;
  const actions = useMemo(
    () => ({
      open: ({ id }: Hit) => show(id),
      searchThis: ({ id }: Hit) => walk.to(ofLibrary(id)),
      // One of several that are selected stands for all of them.
      collect: ({ id }: Hit) => toggle(value.ids.has(id) ? [...value.ids] : [id]),
      activate,
    }),
    [show, walk, toggle, activate, value],
  );
  const detailsActions: DetailsActions = {
    searchThis: (id) => walk.to(ofLibrary(id)),
    collect: (id) => toggle([id]),
    like: (id) => liking.like([id]),
    unlike: (id) => liking.unlike([id]),
    close,
  };
  return { state, change, alter, hits, answer, here, walk, liking, selection, members, actions, detailsActions };
}
