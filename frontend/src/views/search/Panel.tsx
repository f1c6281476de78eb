/** The panel at the left: the query, its examples, the feature, and the filters; on phones these are behind a button. */
import { SlidersHorizontal } from "lucide-react";
import { useState } from "react";
import type { SearchAnswer } from "../../api/types";
import { Button } from "../../parts/Button";
import { Dialog } from "../../parts/Dialog";
import type { Part } from "../../state/address";
import { strings } from "../../strings";
import { Examples } from "./Examples";
import { FeatureChoice } from "./FeatureChoice";
import { Filters } from "./Filters";
import { Looking } from "./Looking";
import styles from "./Panel.module.css";
import { QueryPicture } from "./QueryPicture";
import { countFilters, type SearchState } from "./state";
import type { NamedFeature } from "./useFeatures";

const words = strings.search;

interface PanelProps {
  answer: SearchAnswer | undefined;
  state: SearchState;
  features: readonly NamedFeature[];
  change: (part: Partial<SearchState>) => void;
  onRegion: (part: Part | undefined, isStep: boolean) => void;
  onRandom: () => void;
}

function Choices({ answer, state, features, change }: Omit<PanelProps, "onRegion" | "onRandom">) {
  return (
    <>
      {answer && (
        <FeatureChoice
          features={features}
          current={answer.query.feature}
          beside={state.beside.filter((id) => id !== answer.query.feature)}
          change={change}
        />
      )}
      <Looking state={state} change={change} />
      <Filters state={state} change={change} />
    </>
  );
}

export function Panel(props: PanelProps) {
  const { answer, state, change, onRegion, onRandom } = props;
  const [isOpen, setOpen] = useState(false);
  return (
    <aside className={styles.panel} aria-label={words.query.title} data-no-marquee>
      {answer && <QueryPicture answer={answer} region={state.region} onRegion={onRegion} onRandom={onRandom} />}
      <Examples state={state} change={change} />
      <Button
        className={styles.filterButton}
        icon={<SlidersHorizontal size={16} strokeWidth={1.75} aria-hidden />}
        onClick={() => setOpen(true)}
      >
        {words.filters.open(countFilters(state))}
      </Button>
      <div className={styles.aside}>
        <div className={styles.filters}>
          <Choices {...props} />
        </div>
      </div>
      <Dialog title={words.filters.title} isOpen={isOpen} onClose={() => setOpen(false)}>
        <div className={styles.filters}>
          <Choices {...props} />
        </div>
      </Dialog>
    </aside>
  );
}
