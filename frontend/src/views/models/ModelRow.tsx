/** A model in the list: what it is, under which licence, how large, and whether it is here. */
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Model } from "../../api/models";
import cards from "../../parts/Cards.module.css";
import { bytes, number, strings } from "../../strings";
import { DownloadState, ModelBadges, ModelTools } from "./DownloadState";
import { Source } from "./Source";
import { useDownload } from "./useDownload";

const words = strings.models;

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Facts({ model }: { model: Model }) {
  const { licence, byteSize, dimensions, layer, width, height, colour, source } = model;
  return (
    <dl className={cards.facts}>
      <Fact name={words.facts.licence}>{licence}</Fact>
      <Fact name={words.facts.size}>{byteSize > 0 ? bytes(byteSize) : words.facts.unknownSize}</Fact>
      <Fact name={words.facts.input}>{words.pixels(width, height, colour)}</Fact>
      {dimensions > 0 && <Fact name={words.facts.dimension}>{number(dimensions)}</Fact>}
      {layer !== "" && <Fact name={words.facts.layer}>{layer}</Fact>}
      <Fact name={words.facts.source}>
        <Source text={source} />
      </Fact>
    </dl>
  );
}

export function ModelRow({ model }: { model: Model }) {
  const download = useDownload(model);
  return (
    <li className={cards.row}>
      <div className={cards.rowHead}>
        <h3>
          <Link to="/models/$key" params={{ key: model.key }}>
            {model.title}
          </Link>
        </h3>
        <ModelBadges model={model} download={download} />
        <ModelTools model={model} download={download} />
      </div>
      <Facts model={model} />
      <DownloadState model={model} download={download} />
    </li>
  );
}
