/** Which feature answers, and which answer beside it. */
import { Link } from "@tanstack/react-router";
import { Check, Section, Select } from "../../parts/Fields";
import { strings } from "../../strings";
import styles from "./Panel.module.css";
import { MOST_BESIDE, type SearchState } from "./state";
import { featureName, type NamedFeature } from "./useFeatures";

const words = strings.search.features;

interface FeatureChoiceProps {
  features: readonly NamedFeature[];
  /** The one that answered. */
  current: number;
  beside: readonly number[];
  change: (part: Partial<SearchState>) => void;
}

export function FeatureChoice({ features, current, beside, change }: FeatureChoiceProps) {
  const others = features.filter(({ id }) => id !== current);
  const toggle = (id: number, isOn: boolean) =>
    change({ beside: isOn ? [...beside, id].slice(-MOST_BESIDE) : beside.filter((other) => other !== id) });
  const pick = (value: string) => change({ feature: Number(value), beside: beside.filter((id) => `${id}` !== value) });
  const manage = <Link to="/features">{words.manage}</Link>;
  return (
    <Section title={words.title} aside={manage}>
      {others.length === 0 ? (
        <p className={styles.hint}>{featureName(features, current)}</p>
      ) : (
        <Select label={words.title} isLabelHidden value={current} onPick={pick}>
          {features.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </Select>
      )}
      {others.length > 0 && (
        <Section title={words.beside}>
          <div>
            {others.map(({ id, name }) => (
              <Check key={id} label={name} isOn={beside.includes(id)} onChange={(isOn) => toggle(id, isOn)} />
            ))}
          </div>
        </Section>
      )}
    </Section>
  );
}
