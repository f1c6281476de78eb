/** What a feature is made of, in numbers and dates. */
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Counts } from "../../api/features";
import type { Feature } from "../../api/types";
import cards from "../../parts/Cards.module.css";
import { ago, number, strings } from "../../strings";
import { kindOf, SETTINGS, storedSettings } from "./settings";
import { useDimension, useModel } from "./useFeature";

const words = strings.features;
const names = words.facts;

type Row = readonly [name: string, value: ReactNode];

/** Settings that are not as they usually are, in words. */
function settingsIn(feature: Feature): string {
  const stored = storedSettings(feature);
  const known = SETTINGS[kindOf(feature)].filter(({ name }) => name in stored);
  return known.map(({ name }) => `${words.settingNames[name]}: ${stored[name]}`).join(", ");
}

const when = (text: string | null | undefined) => (text == null ? names.never : ago(text));

function made({ created_at, username }: Feature): string {
  return username ? names.by(ago(created_at), username) : ago(created_at);
}

function rowsOf(feature: Feature, counts: Counts | undefined): Row[] {
  const settings = settingsIn(feature);
  const count = (value: number | undefined) => (value === undefined ? "…" : number(value));
  const rows: (Row | false)[] = [
    [names.vectors, count(counts?.extracted)],
    [names.missing, count(counts?.missing)],
    [names.failed, count(counts?.failed)],
    [names.index, words.kinds[kindOf(feature)]],
    settings !== "" && [names.settings, settings],
    [names.described, when(feature.processed_at)],
    [names.indexed, when(feature.indexed_at)],
    [names.made, made(feature)],
  ];
  return rows.filter((row) => row !== false);
}

export function Facts({ feature, counts }: { feature: Feature; counts: Counts | undefined }) {
  const model = useModel(feature.modelzoo_name);
  const dimension = useDimension(feature);
  const rows: Row[] = [
    [
      names.model,
      <Link key="model" to="/models/$key" params={{ key: feature.modelzoo_name }}>
        {model?.title ?? feature.modelzoo_name}
      </Link>,
    ],
    [names.layer, feature.layer || model?.layer || names.usualLayer],
    [names.dimension, dimension === undefined ? names.unknown : names.numbers(dimension)],
    ...rowsOf(feature, counts),
  ];
  return (
    <section className={cards.row} aria-label={words.about}>
      <dl className={cards.facts}>
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
