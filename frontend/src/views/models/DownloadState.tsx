/** What is done about the weights of a model: fetch them, watch that, stop it, see why it failed and try again. */

import { Link } from "@tanstack/react-router";
import clsx from "clsx";
import { CircleAlert, Download as DownloadIcon, Plus, RotateCcw } from "lucide-react";
import type { Model } from "../../api/models";
import { Button, buttonClass } from "../../parts/Button";
import cards from "../../parts/Cards.module.css";
import { RunProgress } from "../../parts/runs/RunProgress";
import { useStart } from "../../parts/runs/useStart";
import { strings } from "../../strings";
import styles from "./Models.module.css";
import type { Download } from "./useDownload";

const words = strings.models;

interface StateProps {
  model: Model;
  download: Download;
}

export function ModelBadges({ model: { isActive }, download: { is } }: StateProps) {
  const word = is === "here" ? words.states.here : is === "mirror" ? words.states.mirror : words.states.absent;
  return (
    <span className={cards.badges}>
      <span className={clsx(cards.badge, (is === "here" || is === "mirror") && cards.good)}>{word}</span>
      {!isActive && <span className={cards.badge}>{words.states.inactive}</span>}
    </span>
  );
}

function DownloadButton({ model: { key, title }, download: { is } }: StateProps) {
  const { isStarting, start } = useStart();
  if (is !== "absent" && is !== "failed") return null;
  const isAgain = is === "failed";
  return (
    <Button
      icon={isAgain ? <RotateCcw size={18} aria-hidden /> : <DownloadIcon size={18} aria-hidden />}
      isBusy={isStarting}
      aria-label={isAgain ? words.againOf(title) : words.downloadOf(title)}
      onClick={() => start("download_model", { name: key })}
    >
      {isAgain ? words.again : words.download}
    </Button>
  );
}

/** Also before it is here: building a feature fetches it. */
function AddFeature({ model: { key, title, dimensions, isActive, isDetector } }: { model: Model }) {
  if (dimensions === 0 || isDetector || !isActive) return null;
  return (
    <Link
      to="/features"
      search={{ new: "yes", model: key }}
      className={buttonClass()}
      aria-label={words.addFeatureOf(title)}
    >
      <Plus size={18} aria-hidden />
      {words.addFeature}
    </Link>
  );
}

export function ModelTools(props: StateProps) {
  return (
    <div className={cards.tools}>
      <DownloadButton {...props} />
      <AddFeature model={props.model} />
    </div>
  );
}

export function DownloadState({ model: { title }, download: { run, reason } }: StateProps) {
  if (run) return <RunProgress run={run} label={words.downloading(title)} />;
  if (reason === undefined) return null;
  return (
    <div className={styles.reason}>
      <CircleAlert size={18} aria-hidden />
      <p>
        <strong>{words.notFetched}</strong> {reason}
      </p>
    </div>
  );
}
