/** The hits: of one feature over the whole width, of several side by side with what they agree on. */
import { X } from "lucide-react";
import { useEffect, useMemo, useState } from "react";
import type { Hit } from "../../api/types";
import { IconButton } from "../../parts/Button";
import type { GridActions, SelectionState } from "../../parts/grid/types";
import { Empty, Failed, LoadingGrid } from "../../parts/States";
import { strings } from "../../strings";
import { agreement, unanimous } from "./agreement";
import type { Example } from "./examples";
import { type Agreed, HitGrid } from "./HitGrid";
import styles from "./Search.module.css";
import { countFilters, type SearchState } from "./state";
import { featureName, type NamedFeature } from "./useFeatures";
import { type Hits, useHits } from "./useHits";

const words = strings.search;

export interface Shared {
  actions: GridActions<Hit>;
  selection: SelectionState;
  collected: ReadonlySet<number>;
  markedId: number | undefined;
}

interface OneProps {
  hits: Hits;
  state: SearchState;
  shared: Shared;
  label: string;
  agreed?: Agreed | undefined;
  isKeyed?: boolean;
}

/** Hits, or why there are none. */
export function One({ hits, state, shared, label, agreed, isKeyed = true }: OneProps) {
  const { list } = hits;
  if (list.isPending) return <LoadingGrid />;
  if (list.isError && hits.loaded === 0) {
    return <Failed title={words.failed} error={list.error} onAgain={() => void list.refetch()} />;
  }
  if (hits.hits.length === 0 && !hits.paging.hasMore) {
    const hasFilters = countFilters(state) > 0 || hits.hidden > 0;
    return hasFilters ? (
      <Empty title={words.noneLeft} hint={words.noneLeftHint} />
    ) : (
      <Empty title={words.nothing} hint={words.nothingHint} />
    );
  }
  return (
    <div className={list.isPlaceholderData ? styles.stale : undefined} aria-busy={list.isPlaceholderData}>
      <HitGrid label={label} hits={hits} agreed={agreed} isKeyed={isKeyed} {...shared} />
    </div>
  );
}

interface ColumnProps extends Omit<OneProps, "hits" | "label"> {
  feature: number;
  name: string;
  query: Example;
  onHits: (column: number, ids: readonly number[]) => void;
  column: number;
  onKeyed: () => void;
  /** Takes the column away; not offered for the first. */
  onRemove: (() => void) | undefined;
}

function Column({ feature, name, query, state, onHits, column, onKeyed, onRemove, ...rest }: ColumnProps) {
  const own = useMemo(() => ({ ...state, feature }), [state, feature]);
  const hits = useHits(query, own);
  useEffect(
    () =>
      onHits(
        column,
        hits.hits.map(({ id }) => id),
      ),
    [onHits, column, hits.hits],
  );
  return (
    <section
      className={styles.column}
      aria-label={words.resultsOf(name)}
      onFocusCapture={onKeyed}
      onPointerDownCapture={onKeyed}
    >
      <header className={styles.columnHead}>
        <h2>{name}</h2>
        {onRemove && (
          <IconButton label={strings.parts.close} onClick={onRemove}>
            <X size={16} aria-hidden />
          </IconButton>
        )}
      </header>
      <One hits={hits} state={own} label={words.resultsOf(name)} {...rest} />
    </section>
  );
}

interface ColumnsProps {
  query: Example;
  state: SearchState;
  features: readonly NamedFeature[];
  /** Numbers of the features, the main one first. */
  ids: readonly number[];
  shared: Shared;
  change: (part: Partial<SearchState>) => void;
}

const NOBODY: readonly (readonly number[])[] = [];

export function Columns({ query, state, features, ids, shared, change }: ColumnsProps) {
  const [found, setFound] = useState(NOBODY);
  const [keyed, setKeyed] = useState(0);
  const [onHits] = useState(() => (column: number, hits: readonly number[]) => {
    setFound((before) => Object.assign([...before], { [column]: hits }));
  });
  const columns = useMemo(() => ids.map((_, column) => found[column] ?? []), [ids, found]);
  const places = useMemo(() => agreement(columns), [columns]);
  const names = ids.map((id) => featureName(features, id));
  return (
    <>
      <p className={styles.hint} role="status">
        {words.features.agree(unanimous(places, ids.length))}
      </p>
      <div className={styles.columns} data-count={ids.length}>
        {ids.map((id, column) => (
          <Column
            key={id}
            feature={id}
            name={names[column] ?? ""}
            query={query}
            state={state}
            shared={shared}
            column={column}
            agreed={{ places, column, names }}
            isKeyed={keyed === column}
            onKeyed={() => setKeyed(column)}
            onHits={onHits}
            onRemove={column === 0 ? undefined : () => change({ beside: state.beside.filter((other) => other !== id) })}
          />
        ))}
      </div>
    </>
  );
}
