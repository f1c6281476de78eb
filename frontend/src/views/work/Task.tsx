/** One task: how far it is, what it says, what it could not do, what came of it. */
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { ListX, RotateCw, Square } from "lucide-react";
import { useEffect } from "react";
import { ApiError } from "../../api/errors";
import { isOver, job as jobOf, taskKinds } from "../../api/jobs";
import { useLive, useLiveTask } from "../../api/live";
import type { Job } from "../../api/types";
import { Button, buttonClass } from "../../parts/Button";
import { Empty, Failed } from "../../parts/States";
import { ViewHead } from "../../parts/ViewHead";
import { useKeptScroll } from "../../state/scroll";
import { strings } from "../../strings";
import { About, Result } from "./Facts";
import { Failures } from "./Failures";
import { LoadingRows } from "./LoadingRows";
import { LogView } from "./LogView";
import { Numbers } from "./Numbers";
import { Rooms } from "./Rooms";
import { State } from "./State";
import styles from "./Task.module.css";
import { Throughput } from "./Throughput";
import { withLive } from "./tasks";
import { useActions } from "./useActions";

const words = strings.work;
/** While nothing is heard, it is asked for. */
const ASK_MS = 3_000;

function Buttons({ job }: { job: Job }) {
  const { stop, again, show } = useActions();
  const { uuid, status, failed_items } = job;
  const icon = <RotateCw size={18} aria-hidden />;
  if (!isOver(job)) {
    const isStopping = status === "cancelling";
    return (
      <Button icon={<Square size={16} aria-hidden />} isBusy={isStopping} onClick={() => stop(uuid)}>
        {isStopping ? words.states.cancelling : words.stop}
      </Button>
    );
  }
  return (
    <>
      {failed_items > 0 && (
        <Button kind="primary" icon={icon} onClick={() => again(uuid, true, show)}>
          {words.retryFailed(failed_items)}
        </Button>
      )}
      <Button icon={icon} onClick={() => again(uuid, false, show)}>
        {words.again}
      </Button>
    </>
  );
}

function Shown({ job }: { job: Job }) {
  const kinds = useQuery(taskKinds).data ?? [];
  const { uuid, title, status, error, failed_items } = job;
  return (
    <>
      <ViewHead title={title} note={<State status={status} />}>
        <Buttons job={job} />
        <Rooms here={undefined} />
      </ViewHead>
      <div className={styles.task}>
        {!isOver(job) && (
          <section className={styles.part}>
            <h2>{words.page.progress}</h2>
            <Numbers job={job} />
          </section>
        )}
        {error && (
          <section className={styles.part}>
            <h2>{words.page.error}</h2>
            <p className={styles.error}>{error}</p>
          </section>
        )}
        <Result job={job} />
        <About job={job} kinds={kinds} />
        <Throughput uuid={uuid} />
        {failed_items > 0 && <Failures uuid={uuid} count={failed_items} />}
        <LogView uuid={uuid} isOver={isOver(job)} />
      </div>
    </>
  );
}

function Missing() {
  return (
    <>
      <ViewHead title={words.missing} isTitleHidden />
      <Empty icon={ListX} title={words.missing} hint={words.missingHint}>
        <Link to="/work" className={buttonClass("primary")}>
          {words.toTasks}
        </Link>
      </Empty>
    </>
  );
}

export default function Task() {
  const { uuid } = useParams({ from: "/work/$uuid" });
  const { connection } = useLive();
  const live = useLiveTask(uuid);
  const record = useQuery({ ...jobOf(uuid), refetchInterval: connection === "on" ? false : ASK_MS });
  const { data, error, refetch } = record;
  // When it began is in the record.
  const hasBegun = data?.status === "queued" && live?.status === "running";
  useEffect(() => {
    if (hasBegun) void refetch();
  }, [hasBegun, refetch]);
  useKeptScroll(data !== undefined);
  if (data) return <Shown key={uuid} job={withLive(data, live)} />;
  if (error instanceof ApiError && error.isMissing) return <Missing />;
  return (
    <>
      <ViewHead title={words.title} />
      {error ? <Failed title={words.page.failed} error={error} onAgain={() => void refetch()} /> : <LoadingRows />}
    </>
  );
}
