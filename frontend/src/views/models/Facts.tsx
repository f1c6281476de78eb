/** Everything that a model's descriptor says. */
import type { ReactNode } from "react";
import type { Model } from "../../api/models";
import cards from "../../parts/Cards.module.css";
import { bytes, number, strings } from "../../strings";
import { Source } from "./Source";

const words = strings.models;
const names = words.facts;

type Row = readonly [name: string, value: ReactNode];

/** At most so many decimals: scales are written as long fractions. */
const DIGITS = 6;

function rowsOf(model: Model): Row[] {
  const { key, isDetector, framework, licence, source, byteSize, dimensions, width, height, colour } = model;
  return [
    [names.key, <code key="key">{key}</code>],
    [names.kind, words.kinds[isDetector ? "object_detection" : "classification"]],
    [names.framework, framework],
    [names.licence, licence],
    [names.source, <Source key="source" text={source} />],
    [names.size, byteSize > 0 ? bytes(byteSize) : names.unknownSize],
    [names.dimension, dimensions > 0 ? number(dimensions) : names.noDimension],
    [names.input, words.pixels(width, height, colour)],
    [names.mean, words.meanOf(model.mean.join(", "), `${+model.scale.toFixed(DIGITS)}`)],
    [names.hash, model.sha256 === "" ? names.noHash : <code key="hash">{model.sha256}</code>],
  ];
}

export function Facts({ model }: { model: Model }) {
  return (
    <section className={cards.row} aria-label={words.about}>
      {model.notes !== "" && <p>{model.notes}</p>}
      <dl className={cards.facts}>
        {rowsOf(model).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
