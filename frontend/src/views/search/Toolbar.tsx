/** What stands over the hits: how many, in which order, how they are shown, and where pictures are collected. */
import { canFilter } from "../../api/abilities";
import type { QueryShown } from "../../api/types";
import { CollectionChoice } from "../../parts/collect/CollectionChoice";
import { Select } from "../../parts/Fields";
import { SizeSlider } from "../../parts/grid/SizeSlider";
import { ViewHead } from "../../parts/ViewHead";
import { duration, strings } from "../../strings";
import styles from "./Search.module.css";
import { ORDERS, type Order, type SearchState } from "./state";
import { ViewMenu } from "./ViewMenu";

const words = strings.search;

interface ToolbarProps {
  query: QueryShown | undefined;
  hidden: number;
  state: SearchState;
  change: (part: Partial<SearchState>) => void;
}

function note(query: QueryShown, hidden: number): string {
  const parts = [
    query.total != null && query.total !== query.searched ? words.passing(query.total) : "",
    words.compared(query.searched, duration(query.timing)),
    hidden > 0 ? words.seenHidden(hidden) : "",
  ];
  return parts.filter(Boolean).join(" · ");
}

export function Toolbar({ query, hidden, state, change }: ToolbarProps) {
  return (
    <ViewHead title={words.title} isTitleHidden note={query && note(query, hidden)}>
      <div className={styles.tools}>
        {canFilter("sort") && (
          <span className={styles.order}>
            <Select
              label={words.view.order}
              isLabelHidden
              value={state.order}
              onPick={(value) => change({ order: ORDERS.find((one) => one === value) ?? ("score" satisfies Order) })}
            >
              {ORDERS.map((one) => (
                <option key={one} value={one}>
                  {words.view.orders[one]}
                </option>
              ))}
            </Select>
          </span>
        )}
        <ViewMenu state={state} change={change} />
        <CollectionChoice />
        <SizeSlider />
      </div>
    </ViewHead>
  );
}
