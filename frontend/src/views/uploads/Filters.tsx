/** Whose uploads are shown, and in which order. */
import { useEffect, useId, useState } from "react";
import { Button } from "../../parts/Button";
import { SelectField, TextField } from "../../parts/Field";
import { useKept } from "../../state/kept";
import { LONGEST_NAME, person } from "../../state/person";
import type { Change } from "../../state/useAddress";
import { strings } from "../../strings";
import type { UploadsState } from "./state";
import styles from "./Uploads.module.css";

const words = strings.uploads.filters;
/** What is typed is asked for when one pauses. */
const PAUSE_MS = 250;

interface FiltersProps {
  state: UploadsState;
  change: Change<UploadsState>;
  /** Names to choose from. */
  names: readonly string[];
}

function By({ state, change, names }: FiltersProps) {
  const id = useId();
  const [typed, setTyped] = useState(state.by);
  useEffect(() => setTyped(state.by), [state.by]);
  useEffect(() => {
    if (typed === state.by) return;
    const timer = setTimeout(() => change({ by: typed }, { replace: true }), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed, state.by, change]);
  return (
    <div className={styles.by}>
      <TextField
        label={words.by}
        isLabelHidden
        type="search"
        placeholder={words.by}
        maxLength={LONGEST_NAME}
        list={id}
        autoComplete="off"
        value={typed}
        onChange={({ currentTarget }) => setTyped(currentTarget.value)}
      />
      <datalist id={id}>
        {names.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
    </div>
  );
}

export function Filters(props: FiltersProps) {
  const { state, change } = props;
  const [own] = useKept(person);
  const isMine = state.by === own;
  return (
    <search className={styles.filters} aria-label={words.title}>
      <By {...props} />
      <Button
        aria-pressed={isMine}
        className={isMine ? (styles.pressed ?? "") : ""}
        onClick={() => change({ by: isMine ? "" : own })}
      >
        {words.mine}
      </Button>
      <div>
        <SelectField
          label={words.order}
          isLabelHidden
          value={state.sort}
          onChange={({ currentTarget }) => change({ sort: currentTarget.value === "oldest" ? "oldest" : "newest" })}
        >
          <option value="newest">{words.newest}</option>
          <option value="oldest">{words.oldest}</option>
        </SelectField>
      </div>
    </search>
  );
}
