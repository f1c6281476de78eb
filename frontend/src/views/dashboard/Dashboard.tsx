/** The state of the library and its server, at one look. */
import { useQuery } from "@tanstack/react-query";
import { status as statusOf } from "../../api/status";
import { Failed } from "../../parts/States";
import { ViewHead } from "../../parts/ViewHead";
import { useKeptScroll } from "../../state/scroll";
import { strings } from "../../strings";
import { Rooms } from "../work/Rooms";
import { Counts } from "./Counts";
import styles from "./Dashboard.module.css";
import { Disk } from "./Disk";
import { Machine } from "./Machine";
import { Throughput } from "./Throughput";

const words = strings.dashboard;

function Loading() {
  return (
    <div role="status" className={styles.part}>
      <span className="only-read-aloud">{strings.parts.loading}</span>
      <span className={styles.grey} aria-hidden />
    </div>
  );
}

export default function Dashboard() {
  const { data, error, isPending, refetch, dataUpdatedAt } = useQuery(statusOf);
  useKeptScroll(!isPending);
  return (
    <>
      <ViewHead title={words.title}>
        <Rooms here="/dashboard" />
      </ViewHead>
      <div className={styles.dashboard}>
        {isPending && <Loading />}
        {error && !data && <Failed title={words.failed} error={error} onAgain={() => void refetch()} />}
        {data && <Counts counts={data.counts} />}
        {data && (
          <div className={styles.pair}>
            <Disk bytes={data.bytes} />
            <Machine status={data} at={dataUpdatedAt} />
          </div>
        )}
        <Throughput />
      </div>
    </>
  );
}
