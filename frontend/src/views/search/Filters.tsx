/** What hits must be like. Only what the server can filter by, and what there is to choose from, is offered. */
import { useQuery } from "@tanstack/react-query";
import { canFilter } from "../../api/abilities";
import { collections } from "../../api/collections";
import { detectors } from "../../api/queries";
import { Button } from "../../parts/Button";
import { Check, Day, Section, Select } from "../../parts/Fields";
import { plain } from "../../parts/region/Boxes";
import { useKept } from "../../state/kept";
import { seen } from "../../state/seen";
import { strings } from "../../strings";
import { Closest } from "./Closest";
import styles from "./Panel.module.css";
import { countFilters, NO_FILTERS, type SearchState, TYPES } from "./state";

const words = strings.search.filters;

export interface FiltersProps {
  state: SearchState;
  change: (part: Partial<SearchState>) => void;
}

function Kinds({ state, change }: FiltersProps) {
  if (!canFilter("type")) return null;
  return (
    <Section title={words.type}>
      <div className={styles.pair}>
        {TYPES.map((type) => (
          <Check
            key={type}
            label={words.types[type]}
            isOn={state.types.includes(type)}
            onChange={(isOn) =>
              change({ types: isOn ? [...state.types, type] : state.types.filter((other) => other !== type) })
            }
          />
        ))}
      </div>
    </Section>
  );
}

function Dates({ state, change }: FiltersProps) {
  if (!canFilter("since")) return null;
  const { since, until, date } = state;
  return (
    <Section title={words.date}>
      {canFilter("date") && (
        <Select
          label={words.date}
          isLabelHidden
          value={date}
          onPick={(value) => change({ date: value === "imported" ? "imported" : "captured" })}
        >
          <option value="captured">{words.dates.captured}</option>
          <option value="imported">{words.dates.imported}</option>
        </Select>
      )}
      <div className={styles.pair}>
        <Day label={words.since} value={since} max={until || undefined} onPick={(day) => change({ since: day })} />
        <Day label={words.until} value={until} min={since || undefined} onPick={(day) => change({ until: day })} />
      </div>
    </Section>
  );
}

function Collections({ state, change }: FiltersProps) {
  const list = useQuery(collections).data ?? [];
  if (!canFilter("collection_id") || list.length === 0) return null;
  const options = list.map(({ id, title }) => (
    <option key={id} value={id}>
      {title}
    </option>
  ));
  const ids = (value: string) => (value === "" ? [] : [Number(value)]);
  return (
    <Section title={words.collection}>
      <div className={styles.pair}>
        <Select label={words.inside} value={state.inside[0] ?? ""} onPick={(value) => change({ inside: ids(value) })}>
          <option value="">{words.anyCollection}</option>
          {options}
        </Select>
        {canFilter("not_collection_id") && (
          <Select
            label={words.outside}
            value={state.outside[0] ?? ""}
            onPick={(value) => change({ outside: ids(value) })}
          >
            <option value="">{words.noCollection}</option>
            {options}
          </Select>
        )}
      </div>
    </Section>
  );
}

function Labels({ state, change }: FiltersProps) {
  const all = useQuery(detectors).data ?? [];
  const counts = new Map<string, number>();
  for (const { label, media } of all.flatMap(({ labels }) => labels)) {
    if (label) counts.set(label, Math.max(media, counts.get(label) ?? 0));
  }
  if (counts.size === 0 && state.label === "") return null;
  return (
    <Section title={words.label}>
      <Select label={words.label} isLabelHidden value={state.label} onPick={(label) => change({ label })}>
        <option value="">{words.anyLabel}</option>
        {[...counts].map(([label, count]) => (
          <option key={label} value={label}>
            {words.labelled(plain(label), count)}
          </option>
        ))}
      </Select>
    </Section>
  );
}

function Unseen({ state, change }: FiltersProps) {
  const [ids, forget] = useKept(seen);
  if (ids.length === 0 && !state.isUnseen) return null;
  return (
    <div>
      <Check label={words.unseen} isOn={state.isUnseen} onChange={(isUnseen) => change({ isUnseen })} />
      {state.isUnseen && ids.length > 0 && (
        <button type="button" className={styles.linkLike} onClick={() => forget([])}>
          {words.forgetSeen}
        </button>
      )}
    </div>
  );
}

export function Filters(props: FiltersProps) {
  const count = countFilters(props.state);
  return (
    <div className={styles.filters}>
      <Kinds {...props} />
      <Dates {...props} />
      <Collections {...props} />
      <Labels {...props} />
      {canFilter("max_score") && <Closest {...props} />}
      <Unseen {...props} />
      {count > 0 && <Button onClick={() => props.change(NO_FILTERS)}>{words.clear}</Button>}
    </div>
  );
}
