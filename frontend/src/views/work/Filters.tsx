/** Which tasks are shown: by state and by kind. */
import { RotateCcw } from "lucide-react";
import type { TaskKind } from "../../api/types";
import { Button } from "../../parts/Button";
import { SelectField } from "../../parts/Field";
import { Segments } from "../../parts/Segments";
import type { Change } from "../../state/useAddress";
import { strings } from "../../strings";
import { isFiltered, NO_FILTERS, SHOWN, type WorkState } from "./state";
import styles from "./Work.module.css";
import { kindName } from "./words";

const words = strings.work.filters;

interface FiltersProps {
  state: WorkState;
  change: Change<WorkState>;
  kinds: readonly TaskKind[];
}

export function Filters({ state, change, kinds }: FiltersProps) {
  // One that the address names is offered, also if nobody knows it.
  const keys = new Set([...kinds.map(({ key }) => key), ...(state.kind ? [state.kind] : [])]);
  return (
    <search className={styles.filters} aria-label={words.title}>
      <Segments
        label={words.state}
        choices={SHOWN.map((one) => [one, words[one]] as const)}
        value={state.state}
        onChange={(shown) => change({ state: shown })}
      />
      <div>
        <SelectField
          label={words.kind}
          isLabelHidden
          value={state.kind}
          onChange={({ currentTarget }) => change({ kind: currentTarget.value })}
        >
          <option value="">{words.anyKind}</option>
          {[...keys].map((key) => (
            <option key={key} value={key}>
              {kindName(key, kinds)}
            </option>
          ))}
        </SelectField>
      </div>
      {isFiltered(state) && (
        <Button kind="quiet" icon={<RotateCcw size={16} aria-hidden />} onClick={() => change(NO_FILTERS)}>
          {words.clear}
        </Button>
      )}
    </search>
  );
}
