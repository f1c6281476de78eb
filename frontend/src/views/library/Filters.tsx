/** What the library is narrowed to: by kind, name, collection, label and date. */
import { useQuery } from "@tanstack/react-query";
import { ListFilter, RotateCcw } from "lucide-react";
import { useEffect, useState } from "react";
import { collections } from "../../api/collections";
import { detectors } from "../../api/media";
import { Button } from "../../parts/Button";
import { SelectField, TextField } from "../../parts/Field";
import { Segments } from "../../parts/Segments";
import type { Change } from "../../state/useAddress";
import { number, strings } from "../../strings";
import styles from "./Filters.module.css";
import { isByCapture, isFiltered, type LibraryState, NO_FILTERS, SORTS, TYPES } from "./state";

const words = strings.library.filters;
/** What is typed is asked for when one pauses. */
const PAUSE_MS = 250;

interface FilterProps {
  state: LibraryState;
  change: Change<LibraryState>;
}

function Name({ state, change }: FilterProps) {
  const [typed, setTyped] = useState(state.name);
  useEffect(() => setTyped(state.name), [state.name]);
  useEffect(() => {
    if (typed === state.name) return;
    const timer = setTimeout(() => change({ name: typed }, { replace: true }), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed, state.name, change]);
  return (
    <TextField
      label={words.name}
      isLabelHidden
      type="search"
      placeholder={words.name}
      className={styles.name}
      maxLength={256}
      value={typed}
      onChange={({ currentTarget }) => setTyped(currentTarget.value)}
    />
  );
}

function InCollection({ state, change }: FilterProps) {
  const { data = [] } = useQuery(collections);
  if (data.length === 0 && state.collection === undefined) return null;
  return (
    <SelectField
      label={words.collection}
      isLabelHidden
      value={state.collection ?? ""}
      onChange={({ currentTarget: { value } }) => change({ collection: value === "" ? undefined : Number(value) })}
    >
      <option value="">{words.anyCollection}</option>
      {data.map(({ id, title }) => (
        <option key={id} value={id}>
          {title}
        </option>
      ))}
    </SelectField>
  );
}

function WithLabel({ state, change }: FilterProps) {
  const { data = [] } = useQuery(detectors);
  const count = new Map<string, number>();
  for (const { label, media } of data.flatMap(({ labels }) => labels)) {
    if (label) count.set(label, Math.max(media, count.get(label) ?? 0));
  }
  if (count.size === 0 && state.label === "") return null;
  return (
    <SelectField
      label={words.label}
      isLabelHidden
      value={state.label}
      onChange={({ currentTarget: { value } }) => change({ label: value })}
    >
      <option value="">{words.anyLabel}</option>
      {[...count].map(([label, media]) => (
        <option key={label} value={label}>
          {words.labelCount(label.replaceAll("_", " "), number(media))}
        </option>
      ))}
    </SelectField>
  );
}

function Days({ state, change }: FilterProps) {
  const { since, until } = isByCapture(state.sort) ? words.taken : words.imported;
  return (
    <div className={styles.days}>
      <TextField
        label={since}
        isLabelHidden
        title={since}
        type="date"
        value={state.since}
        {...(state.until && { max: state.until })}
        onChange={({ currentTarget }) => change({ since: currentTarget.value })}
      />
      <span aria-hidden>–</span>
      <TextField
        label={until}
        isLabelHidden
        title={until}
        type="date"
        value={state.until}
        {...(state.since && { min: state.since })}
        onChange={({ currentTarget }) => change({ until: currentTarget.value })}
      />
    </div>
  );
}

function Order({ state, change }: FilterProps) {
  return (
    <SelectField
      label={words.sort}
      isLabelHidden
      value={state.sort}
      onChange={({ currentTarget: { value } }) => change({ sort: SORTS.find((one) => one === value) ?? "newest" })}
    >
      {SORTS.map((one) => (
        <option key={one} value={one}>
          {words.sorts[one]}
        </option>
      ))}
    </SelectField>
  );
}

export function Filters({ state, change }: FilterProps) {
  const [isOpen, setOpen] = useState(() => isFiltered(state));
  return (
    <search className={styles.filters} aria-label={words.title} data-open={isOpen}>
      <Button
        className={styles.more ?? ""}
        icon={<ListFilter size={16} aria-hidden />}
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      >
        {words.title}
      </Button>
      <Segments
        label={words.type}
        choices={TYPES.map((type) => [type, words.types[type]] as const)}
        value={state.type}
        onChange={(type) => change({ type })}
      />
      <Name state={state} change={change} />
      <InCollection state={state} change={change} />
      <WithLabel state={state} change={change} />
      <Days state={state} change={change} />
      <Order state={state} change={change} />
      {isFiltered(state) && (
        <Button kind="quiet" icon={<RotateCcw size={16} aria-hidden />} onClick={() => change(NO_FILTERS)}>
          {words.clear}
        </Button>
      )}
    </search>
  );
}
