/** The model zoo: networks for search and detectors, what they may be used for, and whether they are here. */
import { useQuery } from "@tanstack/react-query";
import clsx from "clsx";
import { BrainCircuit, Download } from "lucide-react";
import { type Model, zoo } from "../../api/models";
import { useRuns } from "../../api/runs";
import { Button, buttonClass } from "../../parts/Button";
import cards from "../../parts/Cards.module.css";
import { useStart } from "../../parts/runs/useStart";
import { Empty, Failed } from "../../parts/States";
import { ViewHead } from "../../parts/ViewHead";
import { useKeptScroll } from "../../state/scroll";
import { bytes, strings } from "../../strings";
import { ModelRow } from "./ModelRow";
import styles from "./Models.module.css";

const words = strings.models;
/** With fewer, the buttons of each are quicker. */
const FEWEST_FOR_ALL = 2;

function DownloadAll({ models }: { models: readonly Model[] }) {
  const { isStarting, start } = useStart();
  const isRunning = useRuns("download_model").length > 0;
  const absent = models.filter(({ isDownloaded }) => !isDownloaded);
  const size = absent.reduce((sum, { byteSize }) => sum + byteSize, 0);
  if (absent.length < FEWEST_FOR_ALL) return null;
  return (
    <Button
      icon={<Download size={18} aria-hidden />}
      isBusy={isStarting || isRunning}
      onClick={() => start("download_model", { name: "all" })}
    >
      {words.downloadAll(absent.length, bytes(size))}
    </Button>
  );
}

interface GroupProps {
  title: string;
  hint: string;
  models: readonly Model[];
}

function Group({ title, hint, models }: GroupProps) {
  if (models.length === 0) return null;
  return (
    <section className={styles.group}>
      <h2>{title}</h2>
      <p className={cards.quiet}>{hint}</p>
      <ul className={clsx(cards.rows, styles.list)}>
        {models.map((model) => (
          <ModelRow key={model.key} model={model} />
        ))}
      </ul>
    </section>
  );
}

export function LoadingModels() {
  return (
    <div role="status" className={cards.rows}>
      <span className="only-read-aloud">{strings.parts.loading}</span>
      {["first", "second", "third"].map((one) => (
        <span key={one} className={cards.grey} aria-hidden />
      ))}
    </div>
  );
}

export default function Models() {
  const list = useQuery(zoo);
  useKeptScroll(list.isSuccess);
  const models = list.data ?? [];
  return (
    <>
      <ViewHead title={words.title} note={list.data && words.count(models.length)}>
        <a className={buttonClass()} href="/digits">
          {words.train}
        </a>
        <DownloadAll models={models} />
      </ViewHead>
      {list.isPending && <LoadingModels />}
      {list.isError && !list.data && (
        <Failed title={words.failed} error={list.error} onAgain={() => void list.refetch()} />
      )}
      {list.data && models.length === 0 && <Empty icon={BrainCircuit} title={words.empty} hint={words.emptyHint} />}
      <Group
        title={words.forSearch}
        hint={words.forSearchHint}
        models={models.filter(({ isDetector }) => !isDetector)}
      />
      <Group
        title={words.detectors}
        hint={words.detectorsHint}
        models={models.filter(({ isDetector }) => isDetector)}
      />
    </>
  );
}
