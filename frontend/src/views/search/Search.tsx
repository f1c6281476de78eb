/** A search: its query at the left, what looks like it, and the details of one hit at the right. */
import { useParams } from "@tanstack/react-router";
import clsx from "clsx";
import { useMemo } from "react";
import { SelectionBar } from "../../parts/SelectionBar";
import { Missing } from "../../shell/Missing";
import { KINDS, useSearchWith } from "../../state/searchWith";
import { NOTHING } from "../../state/selection";
import { strings } from "../../strings";
import { Breadcrumb } from "./Breadcrumb";
import { Details } from "./Details";
import type { Example } from "./examples";
import { Panel } from "./Panel";
import { Columns, One, type Shared } from "./Results";
import { pictureOf } from "./results";
import styles from "./Search.module.css";
import { SelectionTools } from "./SelectionTools";
import { Toolbar } from "./Toolbar";
import { useFeatures } from "./useFeatures";
import { type SearchView, useSearchView } from "./useSearchView";

/** Of one feature, or of several side by side. */
function Results({ query, view }: { query: Example; view: SearchView }) {
  const { state, answer, hits, alter } = view;
  const features = useFeatures();
  const main = answer?.query.feature;
  const ids = main === undefined ? [] : [main, ...state.beside.filter((id) => id !== main)];
  const shared: Shared = {
    actions: view.actions,
    selection: view.selection,
    collected: view.members,
    markedId: state.show ?? (answer && pictureOf(answer.query).media?.id),
  };
  if (ids.length < 2) return <One hits={hits} state={state} shared={shared} label={strings.search.results} />;
  return <Columns query={query} state={state} features={features} ids={ids} shared={shared} change={alter} />;
}

function ShownDetails({ view }: { view: SearchView }) {
  const { hits, state, members, detailsActions } = view;
  if (state.show === undefined) return null;
  return (
    <Details
      id={state.show}
      hit={hits.hits.find(({ id }) => id === state.show)}
      share={hits.reading?.closer.get(state.show)}
      isCollected={members.has(state.show)}
      actions={detailsActions}
    />
  );
}

function Searching({ query }: { query: Example }) {
  const view = useSearchView(query);
  const { state, alter, hits, selection } = view;
  const features = useFeatures();
  const { random } = useSearchWith();
  return (
    <div className={clsx(styles.layout, state.show !== undefined && styles.withDetails)}>
      <Panel
        answer={view.answer}
        state={state}
        features={features}
        change={alter}
        onRegion={(region, isStep) => alter({ region }, isStep)}
        onRandom={random}
      />
      <div className={styles.main}>
        <Breadcrumb
          walked={state.walked}
          here={view.here}
          walk={view.walk}
          onForget={() => view.change({ walked: [] }, { replace: true })}
        />
        <Toolbar query={hits.query} hidden={hits.hidden} state={state} change={alter} />
        <Results query={query} view={view} />
      </div>
      <ShownDetails view={view} />
      <SelectionBar selection={selection}>
        <SelectionTools ids={selection.value.ids} examples={view.liking} onDone={() => selection.change(NOTHING)} />
      </SelectionBar>
    </div>
  );
}

export default function Search() {
  const { kind, which } = useParams({ strict: false }) as { kind: string; which: string };
  const known = KINDS.find((one) => one === kind);
  const query = useMemo(() => known && { kind: known, which }, [known, which]);
  return query ? <Searching query={query} /> : <Missing />;
}
