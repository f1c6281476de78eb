/** A feature in the list: what it is, how far it is, and what can be done about it. */
import { Link } from "@tanstack/react-router";
import { ScanSearch } from "lucide-react";
import type { ReactNode } from "react";
import type { Feature } from "../../api/types";
import { buttonClass } from "../../parts/Button";
import cards from "../../parts/Cards.module.css";
import { number, strings } from "../../strings";
import { BuildButton } from "./BuildButton";
import { FeatureMenu } from "./FeatureMenu";
import { StandingBadge, StandingProgress } from "./Standing";
import { kindOf } from "./settings";
import { useDimension, useFeatureName, useModel, useStanding } from "./useFeature";

const words = strings.features;

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Facts({ feature, vectors }: { feature: Feature; vectors: number | undefined }) {
  const model = useModel(feature.modelzoo_name);
  const dimension = useDimension(feature);
  const layer = feature.layer || model?.layer;
  return (
    <dl className={cards.facts}>
      <Fact name={words.facts.layer}>{layer || words.facts.usualLayer}</Fact>
      <Fact name={words.facts.dimension}>{dimension === undefined ? words.facts.unknown : number(dimension)}</Fact>
      <Fact name={words.facts.vectors}>{vectors === undefined ? "…" : number(vectors)}</Fact>
      <Fact name={words.facts.index}>{words.kinds[kindOf(feature)]}</Fact>
    </dl>
  );
}

/** Where pictures can be searched with it; before anything was described there is nothing to find. */
export function SearchLink({ feature }: { feature: Feature }) {
  if (feature.processed_at == null) return null;
  return (
    <Link to="/search" search={{ feature: `${feature.id}` }} className={buttonClass()}>
      <ScanSearch size={18} strokeWidth={1.75} aria-hidden />
      {words.search}
    </Link>
  );
}

export function FeatureRow({ feature }: { feature: Feature }) {
  const name = useFeatureName()(feature);
  const { standing, counts } = useStanding(feature);
  return (
    <li className={cards.row}>
      <div className={cards.rowHead}>
        <h2>
          <Link to="/features/$id" params={{ id: `${feature.id}` }}>
            {name}
          </Link>
        </h2>
        <StandingBadge standing={standing} isActive={feature.active} />
        <div className={cards.tools}>
          <BuildButton feature={feature} standing={standing} />
          <SearchLink feature={feature} />
          <FeatureMenu feature={feature} name={name} isBusy={"run" in standing} />
        </div>
      </div>
      <Facts feature={feature} vectors={counts?.extracted} />
      <StandingProgress standing={standing} name={name} />
    </li>
  );
}
