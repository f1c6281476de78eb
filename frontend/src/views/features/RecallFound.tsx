/** A recall measurement: recall against time as lines, and each setting as a row that can be chosen. */
import { useMemo } from "react";
import { changeFeature, refreshFeatures } from "../../api/features";
import type { Feature, Recall } from "../../api/types";
import { Button } from "../../parts/Button";
import cards from "../../parts/Cards.module.css";
import { LineChart } from "../../parts/chart/LineChart";
import { useStart } from "../../parts/runs/useStart";
import { say, sayFailure } from "../../parts/toasts";
import { ago, decimal, fraction, number, percent, strings } from "../../strings";
import styles from "./FeatureView.module.css";
import { curvesOf, marksOf, presentPoint, type RecallPoint } from "./recall";
import { kindOf, storedSettings } from "./settings";

const words = strings.features.recall;

interface RecallFoundProps {
  feature: Feature;
  found: Recall;
}

const milliseconds = (value: number) => `${fraction(value, value < 10 ? 2 : 0)} ${words.milliseconds}`;
const share = (value: number) => percent(value, 1);

/** Puts another value of the setting into the feature, and offers the build that makes it hold. */
function useChoose({ feature, found }: RecallFoundProps): (value: number) => Promise<void> {
  const { start } = useStart();
  return async (value) => {
    const name = found.parameter ?? "";
    try {
      await changeFeature(feature.id, { index_settings: { ...storedSettings(feature), [name]: value } });
      const run = () => start("update_index", { feature_id: feature.id });
      say(words.chosen(name, number(value)), { kind: "good", action: { label: words.buildNow, run } });
    } catch (error) {
      sayFailure(error);
    } finally {
      void refreshFeatures();
    }
  };
}

interface RowProps {
  point: RecallPoint;
  isPresent: boolean;
  isWanted: boolean;
  name: string;
  onChoose: (value: number) => Promise<void>;
}

function Row({ point: { value, recall, p50_ms, p95_ms }, isPresent, isWanted, name, onChoose }: RowProps) {
  const shown = value == null ? words.automatic : number(value);
  return (
    <tr aria-current={isPresent ? "true" : undefined}>
      <th scope="row">
        {shown}
        {isPresent && <span className={styles.presentMark}>{words.isPresent}</span>}
      </th>
      <td>{share(recall)}</td>
      <td>{milliseconds(p50_ms)}</td>
      <td>{milliseconds(p95_ms)}</td>
      <td>
        {value != null && !isPresent && !isWanted && (
          <Button aria-label={words.chooseOf(name, shown)} onClick={() => void onChoose(value)}>
            {words.choose}
          </Button>
        )}
      </td>
    </tr>
  );
}

function Table(props: RecallFoundProps) {
  const { feature, found } = props;
  const choose = useChoose(props);
  const present = presentPoint(found);
  const name = found.parameter ?? words.value;
  // What was chosen since counts from the next build on.
  const wanted = storedSettings(feature)[name];
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys
    <section className={styles.scrolls} aria-label={words.title} tabIndex={0}>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">{name}</th>
            <th scope="col">{words.found}</th>
            <th scope="col">{words.p50}</th>
            <th scope="col">{words.p95}</th>
            <td />
          </tr>
        </thead>
        <tbody>
          {found.points.map((point) => (
            <Row
              key={point.value ?? 0}
              point={point}
              isPresent={point === present}
              isWanted={point.value === wanted}
              name={name}
              onChoose={choose}
            />
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** Of an index without such a setting. */
function Single({ found, point }: { found: Recall; point: RecallPoint }) {
  const kind = strings.features.kinds[kindOf({ index_type: found.index })];
  return (
    <p>
      {words.single(share(point.recall), kind)} {words.times(milliseconds(point.p50_ms), milliseconds(point.p95_ms))}
    </p>
  );
}

function Chart({ found }: { found: Recall }) {
  const [series, marks] = useMemo(() => [curvesOf(found, words), marksOf(found, words)] as const, [found]);
  return (
    <LineChart
      label={words.chart}
      series={series}
      marks={marks}
      xLabel={`${words.latency} (${words.milliseconds})`}
      yLabel={words.share}
      formatX={decimal}
      formatY={share}
      xLog
      hasDots
      height={260}
    />
  );
}

export function RecallFound(props: RecallFoundProps) {
  const { found } = props;
  const [first] = found.points;
  return (
    <>
      {found.points.length > 1 && <Chart found={found} />}
      {found.points.length > 1 ? <Table {...props} /> : first && <Single found={found} point={first} />}
      <p className={cards.quiet}>{words.note(ago(found.made_at), found.sampled, found.vectors)}</p>
    </>
  );
}
