/** How fast a task went since the page hears of it. */
import { useMemo, useRef } from "react";
import { useLiveTask } from "../../api/live";
import { type Pace, ratesOf } from "../../api/pace";
import { LineChart } from "../../parts/chart/LineChart";
import { timeTicks } from "../../parts/chart/time";
import { strings, timeOfDay } from "../../strings";
import styles from "./Task.module.css";

const words = strings.work.page;
/** Fewer make no line. */
const FEWEST = 3;
const HEIGHT = 160;
const NO_PACE: Pace = [];

export function Throughput({ uuid }: { uuid: string }) {
  const now = useLiveTask(uuid)?.pace;
  // What was heard stays when the task is over.
  const last = useRef<Pace>(NO_PACE);
  if (now) last.current = now;
  const pace = last.current;
  const series = useMemo(() => [{ name: words.aSecond, points: ratesOf(pace) }], [pace]);
  if ((series[0]?.points.length ?? 0) < FEWEST) return null;
  return (
    <section className={styles.chart}>
      <LineChart
        label={words.throughput}
        series={series}
        xLabel={words.time}
        yFrom={0}
        xTicks={timeTicks}
        formatX={timeOfDay}
        height={HEIGHT}
      />
    </section>
  );
}
