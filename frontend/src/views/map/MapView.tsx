/** The library as a map: what looks alike lies together. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Boxes, ImageOff } from "lucide-react";
import { mapHead } from "../../api/map";
import { features } from "../../api/queries";
import type { Feature } from "../../api/types";
import { buttonClass } from "../../parts/Button";
import { Empty, Failed } from "../../parts/States";
import { ViewHead } from "../../parts/ViewHead";
import { useKeptScroll } from "../../state/scroll";
import { useAddress } from "../../state/useAddress";
import { ago, strings } from "../../strings";
import { useFeatureName } from "../features/useFeature";
import { FeatureSelect, HighlightSelect } from "./Choices";
import { Explorer } from "./Explorer";
import { MakeButton, Making, Newer, NoMap } from "./Making";
import { MapStage } from "./MapStage";
import { mapAddress } from "./state";
import { useMaking } from "./useMaking";

const words = strings.map;

/** The wanted one, or the one that searches would take, among those that have described pictures. */
function chosenOf(all: readonly Feature[], wanted: number | undefined): Feature | undefined {
  if (wanted !== undefined) return all.find(({ id }) => id === wanted);
  const described = all.filter(({ processed_at }) => processed_at != null);
  return described.find(({ active }) => active) ?? described[0] ?? all[0];
}

function methodOf(method: string): string {
  return method === "pca" || method === "umap" ? words.methods[method] : method;
}

function NotDescribed({ feature }: { feature: Feature }) {
  return (
    <Empty icon={ImageOff} title={words.notDescribed} hint={words.notDescribedHint}>
      <Link to="/features/$id" params={{ id: `${feature.id}` }} className={buttonClass("primary")}>
        {words.toFeature}
      </Link>
    </Empty>
  );
}

function OfFeature({ feature, all }: { feature: Feature; all: readonly Feature[] }) {
  const [state, change] = useAddress(mapAddress);
  const nameOf = useFeatureName();
  const head = useQuery(mapHead(feature.id));
  const making = useMaking(feature);
  const isDescribed = feature.processed_at != null;
  const { data } = head;
  const note = data && words.note(data.media_count, methodOf(data.method), ago(data.made_at));
  return (
    <>
      <ViewHead title={words.title} note={note}>
        <FeatureSelect all={all} chosen={feature} nameOf={nameOf} change={change} />
        {data && <HighlightSelect highlight={state.highlight} change={change} />}
        {data && <MakeButton making={making} method={data.method} />}
      </ViewHead>
      {making.run && <Making run={making.run} />}
      {data && !making.run && <Newer count={data.newer} making={making} method={data.method} />}
      {head.isPending && <MapStage />}
      {head.isError && !data && <Failed title={words.failed} error={head.error} onAgain={() => void head.refetch()} />}
      {data === null && !isDescribed && <NotDescribed feature={feature} />}
      {data === null && isDescribed && <NoMap making={making} />}
      {data && <Explorer head={data} state={state} change={change} />}
    </>
  );
}

function NoFeature() {
  return (
    <Empty icon={Boxes} title={words.noFeature} hint={words.noFeatureHint}>
      <Link to="/features" className={buttonClass("primary")}>
        {words.toFeatures}
      </Link>
    </Empty>
  );
}

export default function MapView() {
  const [{ feature: wanted }] = useAddress(mapAddress);
  const list = useQuery(features);
  const feature = list.data && chosenOf(list.data, wanted);
  useKeptScroll(list.isSuccess);
  if (list.data && feature) return <OfFeature key={feature.id} feature={feature} all={list.data} />;
  return (
    <>
      <ViewHead title={words.title} />
      {list.isPending && <MapStage />}
      {list.isError && !list.data && (
        <Failed title={words.failed} error={list.error} onAgain={() => void list.refetch()} />
      )}
      {list.data && <NoFeature />}
    </>
  );
}
