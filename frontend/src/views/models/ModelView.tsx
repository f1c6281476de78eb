/** One model: everything its descriptor says, its layers, its documents. */
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { PackageX } from "lucide-react";
import { ApiError } from "../../api/errors";
import { type Model, model } from "../../api/models";
import { buttonClass } from "../../parts/Button";
import cards from "../../parts/Cards.module.css";
import { Empty, Failed } from "../../parts/States";
import { ViewHead } from "../../parts/ViewHead";
import { useKeptScroll } from "../../state/scroll";
import { strings } from "../../strings";
import { Documents } from "./Documents";
import { DownloadState, ModelBadges, ModelTools } from "./DownloadState";
import { Facts } from "./Facts";
import { Layers } from "./Layers";
import { LoadingModels } from "./Models";
import { useDownload } from "./useDownload";

const words = strings.models;

function Shown({ one }: { one: Model }) {
  const download = useDownload(one);
  const isToldAbout = download.run !== undefined || download.reason !== undefined;
  useKeptScroll(true);
  return (
    <>
      <ViewHead title={one.title} note={<ModelBadges model={one} download={download} />}>
        <ModelTools model={one} download={download} />
      </ViewHead>
      <div className={cards.rows}>
        {isToldAbout && (
          <div className={cards.row}>
            <DownloadState model={one} download={download} />
          </div>
        )}
        <Facts model={one} />
        <Layers model={one} />
        <Documents model={one} />
      </div>
    </>
  );
}

export default function ModelView() {
  const { key } = useParams({ from: "/models/$key" });
  const found = useQuery(model(key));
  if (found.data) return <Shown key={key} one={found.data} />;
  const isMissing = found.error instanceof ApiError && found.error.isMissing;
  if (!isMissing) {
    return (
      <>
        <ViewHead title={words.title} isTitleHidden />
        {found.isPending ? (
          <LoadingModels />
        ) : (
          <Failed title={words.oneFailed} error={found.error} onAgain={() => void found.refetch()} />
        )}
      </>
    );
  }
  return (
    <>
      <ViewHead title={words.missing} isTitleHidden />
      <Empty icon={PackageX} title={words.missing} hint={words.missingHint}>
        <Link to="/models" className={buttonClass("primary")}>
          {words.title}
        </Link>
      </Empty>
    </>
  );
}
