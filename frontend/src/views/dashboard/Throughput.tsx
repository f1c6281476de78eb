/** How fast work goes, by the minute. */
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { type SeriesName, series as seriesOf } from "../../api/status";
import { LineChart } from "../../parts/chart/LineChart";
import { timeTicks } from "../../parts/chart/time";
import { Segments } from "../../parts/Segments";
import { Failed } from "../../parts/States";
import { useAddress } from "../../state/useAddress";
import { strings, timeOfDay } from "../../strings";
import styles from "./Dashboard.module.css";
import { countsOf, SPANS, type Span, sumOf, timesOf } from "./minutes";
import { dashboardAddress } from "./state";

const words = strings.dashboard;

/** Axes that all of them have. */
const AXES = { xLabel: words.time, yFrom: 0, xTicks: timeTicks, formatX: timeOfDay };

function useMinutes(name: SeriesName, span: Span) {
  return useQuery(seriesOf(name, SPANS[span]));
}

interface OfProps {
  name: SeriesName;
  span: Span;
}

function Broken({ error, onAgain }: { error: Error; onAgain: () => void }) {
  return (
    <li className={styles.chart}>
      <Failed title={words.chartFailed} error={error} onAgain={onAgain} />
    </li>
  );
}

function Rate({ name, span }: OfProps) {
  const { data, error, refetch } = useMinutes(name, span);
  const lines = useMemo(() => [{ name: words.count, points: countsOf(data ?? []) }], [data]);
  if (error && !data) return <Broken error={error} onAgain={() => void refetch()} />;
  return (
    <li className={styles.chart} aria-busy={!data}>
      <LineChart label={words.charts[name]} series={lines} yLabel={words.perMinute} {...AXES} />
      <p className={styles.quiet}>{data && words.inAll(Math.round(sumOf(data)))}</p>
    </li>
  );
}

function Latency({ span }: Pick<OfProps, "span">) {
  const { data, error } = useMinutes("search", span);
  const lines = useMemo(
    () => [
      { name: words.half, points: timesOf(data ?? [], "p50_ms") },
      { name: words.most, points: timesOf(data ?? [], "p95_ms") },
    ],
    [data],
  );
  // The chart of searches, which asks the same, says so.
  if (error && !data) return null;
  return (
    <li className={styles.chart} aria-busy={!data}>
      <LineChart label={words.charts.latency} series={lines} yLabel={words.milliseconds} {...AXES} />
    </li>
  );
}

export function Throughput() {
  const [{ span }, change] = useAddress(dashboardAddress);
  return (
    <section className={styles.part}>
      <div className={styles.partHead}>
        <h2>{words.throughput}</h2>
        <Segments
          label={words.span}
          choices={(Object.keys(SPANS) as Span[]).map((one) => [one, words.spans[one]] as const)}
          value={span}
          onChange={(chosen) => change({ span: chosen })}
        />
      </div>
      <ul className={styles.charts}>
        <Rate name="search" span={span} />
        <Latency span={span} />
        <Rate name="extract" span={span} />
        <Rate name="import" span={span} />
      </ul>
    </section>
  );
}
