/** How much of the truth a feature's index finds, on the library itself: measured by a task, drawn, and acted upon. */
import { useQuery } from "@tanstack/react-query";
import { Gauge } from "lucide-react";
import { useState } from "react";
import { recall } from "../../api/features";
import { useRuns } from "../../api/runs";
import type { Feature } from "../../api/types";
import { Button } from "../../parts/Button";
import cards from "../../parts/Cards.module.css";
import { Select } from "../../parts/Fields";
import { RunProgress } from "../../parts/runs/RunProgress";
import { useStart } from "../../parts/runs/useStart";
import { Failed } from "../../parts/States";
import { number, strings } from "../../strings";
import styles from "./FeatureView.module.css";
import { RecallFound } from "./RecallFound";

const words = strings.features.recall;

/** Vectors that ask: more take longer and tell more surely. */
const SAMPLES = [50, 200, 1000] as const;
const USUAL_SAMPLE = 200;

function Measure({ feature, isAgain }: { feature: Feature; isAgain: boolean }) {
  const [sample, setSample] = useState<number>(USUAL_SAMPLE);
  const { isStarting, start } = useStart();
  return (
    <div className={styles.measure}>
      <Select label={words.sample} value={sample} onPick={(value) => setSample(Number(value))}>
        {SAMPLES.map((one) => (
          <option key={one} value={one}>
            {number(one)}
          </option>
        ))}
      </Select>
      <Button
        icon={<Gauge size={18} aria-hidden />}
        isBusy={isStarting}
        onClick={() => start("evaluate_index", { feature_id: feature.id, sample })}
      >
        {isAgain ? words.again : words.measure}
      </Button>
    </div>
  );
}

function Body({ feature }: { feature: Feature }) {
  const found = useQuery(recall(feature.id));
  const run = useRuns("evaluate_index").find(({ params }) => params.feature_id === feature.id);
  if (feature.indexed_at == null) return <p className={cards.quiet}>{words.needsIndex}</p>;
  if (found.isError && !found.data) {
    return <Failed title={words.failed} error={found.error} onAgain={() => void found.refetch()} />;
  }
  return (
    <>
      {found.isPending && <p className={cards.quiet}>{strings.parts.loading}</p>}
      {found.data && <RecallFound feature={feature} found={found.data} />}
      {found.data === null && !run && <p className={cards.quiet}>{words.never}</p>}
      {run ? (
        <RunProgress run={run} label={words.running} />
      ) : (
        !found.isPending && <Measure feature={feature} isAgain={found.data !== null} />
      )}
    </>
  );
}

export function RecallCheck({ feature }: { feature: Feature }) {
  return (
    <section className={cards.row} aria-labelledby="recall">
      <div>
        <h2 id="recall">{words.title}</h2>
        <p className={cards.quiet}>{words.hint}</p>
      </div>
      <Body feature={feature} />
    </section>
  );
}
