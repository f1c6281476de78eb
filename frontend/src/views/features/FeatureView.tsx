/** One feature: how far it is, what it is made of, what failed, and how well its index finds. */
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { Map as MapIcon, PackageX } from "lucide-react";
import { features } from "../../api/queries";
import type { Feature } from "../../api/types";
import { buttonClass } from "../../parts/Button";
import cards from "../../parts/Cards.module.css";
import { Empty, Failed } from "../../parts/States";
import { ViewHead } from "../../parts/ViewHead";
import { useKeptScroll } from "../../state/scroll";
import { strings } from "../../strings";
import { BuildButton } from "./BuildButton";
import { Facts } from "./Facts";
import { Failures } from "./Failures";
import { FeatureMenu } from "./FeatureMenu";
import { SearchLink } from "./FeatureRow";
import { LoadingRows } from "./Features";
import { RecallCheck } from "./RecallCheck";
import { StandingBadge, StandingProgress } from "./Standing";
import { useFeatureName, useStanding } from "./useFeature";

const words = strings.features;

function MapLink({ feature }: { feature: Feature }) {
  if (feature.processed_at == null) return null;
  return (
    <Link to="/map" search={{ feature: `${feature.id}` }} className={buttonClass()}>
      <MapIcon size={18} strokeWidth={1.75} aria-hidden />
      {words.toMap}
    </Link>
  );
}

function Shown({ feature }: { feature: Feature }) {
  const name = useFeatureName()(feature);
  const { standing, counts } = useStanding(feature);
  const isBusy = "run" in standing;
  useKeptScroll(true);
  return (
    <>
      <ViewHead title={name} note={<StandingBadge standing={standing} isActive={feature.active} />}>
        <BuildButton feature={feature} standing={standing} />
        <SearchLink feature={feature} />
        <MapLink feature={feature} />
        <FeatureMenu feature={feature} name={name} isBusy={isBusy} />
      </ViewHead>
      <div className={cards.rows}>
        {isBusy && (
          <div className={cards.row}>
            <StandingProgress standing={standing} name={name} />
          </div>
        )}
        <Facts feature={feature} counts={counts} />
        <Failures feature={feature} count={counts?.failed ?? 0} isBusy={isBusy} />
        <RecallCheck feature={feature} />
      </div>
    </>
  );
}

export default function FeatureView() {
  const { id } = useParams({ from: "/features/$id" });
  const list = useQuery(features);
  const feature = list.data?.find((each) => `${each.id}` === id);
  if (feature) return <Shown key={feature.id} feature={feature} />;
  // One that was made just now is in the list that is on its way.
  if (list.isPending || list.isFetching || list.isError) {
    return (
      <>
        <ViewHead title={words.title} isTitleHidden />
        {list.isError ? (
          <Failed title={words.failed} error={list.error} onAgain={() => void list.refetch()} />
        ) : (
          <LoadingRows />
        )}
      </>
    );
  }
  return (
    <>
      <ViewHead title={words.missing} isTitleHidden />
      <Empty icon={PackageX} title={words.missing} hint={words.missingHint}>
        <Link to="/features" className={buttonClass("primary")}>
          {words.title}
        </Link>
      </Empty>
    </>
  );
}
