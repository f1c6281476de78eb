/** A search: its query at the left, what looks like it, and the details of one hit at the right. */
import { useParams } from "@tanstack/react-router";
import clsx from "clsx";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { CAN_COMBINE } from "../../api/abilities";
import type { Hit, SearchAnswer } from "../../api/types";
import { useKeys } from "../../keys/useKeys";
import { useMembership } from "../../parts/collect/members";
import { SelectionBar } from "../../parts/SelectionBar";
import { Missing } from "../../shell/Missing";
import { useKeptScroll } from "../../state/scroll";
import { KINDS, useSearchWith } from "../../state/searchWith";
import { markSeen } from "../../state/seen";
import { NOTHING } from "../../state/selection";
import { useAddress } from "../../state/useAddress";
import { strings } from "../../strings";
import { Breadcrumb } from "./Breadcrumb";
import { Details } from "./Details";
import { type Example, ofLibrary } from "./examples";
import { Panel } from "./Panel";
import { Columns, One, type Shared } from "./Results";
import styles from "./Search.module.css";
import { SelectionTools } from "./SelectionTools";
import { type SearchState, searchAddress } from "./state";
import { Toolbar } from "./Toolbar";
import { useExamples } from "./useExamples";
import { useFeatures } from "./useFeatures";
import { type Hits, useHits } from "./useHits";
import { useWalk } from "./useWalk";

/** What is searched with, as the server has named it: of a random picture its number. */
function here(query: Example, answer: SearchAnswer | undefined, state: SearchState): Example | undefined {
  const region = state.region && { region: state.region };
  const { media, upload } = answer?.query ?? {};
  if (media) return { kind: "media", which: `${media.id}`, ...region };
  if (upload) return { kind: "upload", which: `${upload.id}`, ...region };
  return query.kind === "random" ? undefined : { ...query, ...region };
}

/** Writes how many hits are loaded into the address, so that a reload finds its place. */
function useKeptLength({ loaded, list }: Hits, state: SearchState, change: (hits: number) => void): void {
  const isMore = list.isSuccess && !list.isPlaceholderData && (list.data?.pages.length ?? 0) > 1;
  useEffect(() => {
    if (isMore && loaded !== state.hits) change(loaded);
  }, [isMore, loaded, state.hits, change]);
}

/** The hit that keys act upon, without drawing anything again when it changes. */
function useActive(isShowing: boolean, show: (id: number) => void) {
  const active = useRef<Hit>(undefined);
  const activate = useCallback(
    (hit: Hit) => {
      active.current = hit;
      if (isShowing) show(hit.id);
    },
    [isShowing, show],
  );
  return { active, activate };
}

function SearchWith({ query }: { query: Example }) {
  const [state, change] = useAddress(searchAddress);
  const hits = useHits(query, state);
  const answer = hits.list.data?.pages[0];
  const features = useFeatures();
  const walk = useWalk(state, here(query, answer, state));
  const { random } = useSearchWith();
  const { members, toggle } = useMembership();
  const [selection, setSelection] = useState(NOTHING);
  const examples = useExamples(state, change);
  const alter = useCallback((part: Partial<SearchState>) => change({ ...part, hits: undefined }), [change]);
  const show = useCallback(
    (id: number) => {
      markSeen(id);
      change({ show: id }, { replace: state.show !== undefined });
    },
    [change, state.show],
  );
  const close = useCallback(() => change({ show: undefined }, { replace: true }), [change]);
  const { active, activate } = useActive(state.show !== undefined, show);
  useKeptScroll(hits.list.isSuccess && !hits.list.isPlaceholderData);
  useKeptLength(
    hits,
    state,
    useCallback((count) => change({ hits: count }, { replace: true }), [change]),
  );
  useKeys({
    details: () => {
      if (state.show !== undefined) close();
      else if (active.current) show(active.current.id);
      else return false;
    },
    clear: () => {
      if (selection.ids.size > 0) setSelection(NOTHING);
      else if (state.show !== undefined) close();
      else return false;
    },
    ...(CAN_COMBINE && {
      like: () => active.current && examples.like([active.current.id]),
      unlike: () => active.current && examples.unlike([active.current.id]),
    }),
  });
  const actions = useMemo(
    () => ({
      open: ({ id }: Hit) => show(id),
      searchThis: ({ id }: Hit) => walk.to(ofLibrary(id)),
      collect: ({ id }: Hit) => toggle([id]),
      activate,
    }),
    [show, walk, toggle, activate],
  );
  const shared: Shared = {
    actions,
    selection: useMemo(() => ({ value: selection, change: setSelection }), [selection]),
    collected: members,
    markedId: state.show ?? answer?.query.media?.id,
  };
  const columns = answer ? [answer.query.feature, ...state.beside.filter((id) => id !== answer.query.feature)] : [];
  const shown = state.show;
  return (
    <div className={clsx(styles.layout, shown !== undefined && styles.withDetails)}>
      <Panel
        answer={answer}
        state={state}
        features={features}
        change={alter}
        onRegion={(region, isStep) => change({ region, hits: undefined }, { replace: isStep })}
        onRandom={random}
      />
      <div className={styles.main}>
        <Breadcrumb
          walked={state.walked}
          here={here(query, answer, state)}
          walk={walk}
          onForget={() => change({ walked: [] }, { replace: true })}
        />
        <Toolbar
          query={hits.query}
          hidden={hits.hidden}
          state={state}
          change={alter}
          knowsGraphic={hits.hits.some(({ media }) => "graphic" in media)}
        />
        {columns.length > 1 ? (
          <Columns query={query} state={state} features={features} ids={columns} shared={shared} change={alter} />
        ) : (
          <One hits={hits} state={state} shared={shared} label={strings.search.results} />
        )}
      </div>
      {shown !== undefined && (
        <Details
          id={shown}
          hit={hits.hits.find(({ id }) => id === shown)}
          reading={hits.query?.reading ?? undefined}
          isCollected={members.has(shown)}
          actions={{
            searchThis: (id) => walk.to(ofLibrary(id)),
            collect: (id) => toggle([id]),
            like: (id) => examples.like([id]),
            unlike: (id) => examples.unlike([id]),
            close,
          }}
        />
      )}
      <SelectionBar selection={shared.selection}>
        <SelectionTools ids={selection.ids} examples={examples} onDone={() => setSelection(NOTHING)} />
      </SelectionBar>
    </div>
  );
}

export default function Search() {
  const { kind, which } = useParams({ strict: false }) as { kind: string; which: string };
  const known = KINDS.find((one) => one === kind);
  const query = useMemo(() => known && { kind: known, which }, [known, which]);
  return query ? <SearchWith query={query} /> : <Missing />;
}
