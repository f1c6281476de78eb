/** What runs, waits and is over: as it happens, and as it was. */
import { useQuery } from "@tanstack/react-query";
import { ListTodo, SearchX } from "lucide-react";
import type { ReactNode } from "react";
import { taskKinds } from "../../api/jobs";
import type { Job, TaskKind } from "../../api/types";
import { Button } from "../../parts/Button";
import { MoreRows } from "../../parts/MoreRows";
import { Empty, Failed } from "../../parts/States";
import { ViewHead } from "../../parts/ViewHead";
import { useKeptScroll } from "../../state/scroll";
import { type Change, useAddress } from "../../state/useAddress";
import { number, strings } from "../../strings";
import { Filters } from "./Filters";
import { LoadingRows } from "./LoadingRows";
import { Rooms } from "./Rooms";
import { StartMenu } from "./start/StartMenu";
import { isFiltered, NO_FILTERS, type WorkState, workAddress } from "./state";
import { TaskRow } from "./TaskRow";
import { useActions } from "./useActions";
import { type Tasks, useTasks } from "./useTasks";
import styles from "./Work.module.css";

const words = strings.work;
const NO_KINDS: readonly TaskKind[] = [];

interface ListProps {
  title: string;
  count: number;
  jobs: readonly Job[];
  kinds: readonly TaskKind[];
  children?: ReactNode;
}

function List({ title, count, jobs, kinds, children }: ListProps) {
  const actions = useActions();
  return (
    <section className={styles.part}>
      <h2 className={styles.partTitle}>
        {title} <span className={styles.count}>{number(count)}</span>
      </h2>
      <ul className={styles.tasks} aria-label={title}>
        {jobs.map((job) => (
          <TaskRow key={job.uuid} job={job} kinds={kinds} actions={actions} />
        ))}
      </ul>
      {children}
    </section>
  );
}

function Nothing({ state, change }: { state: WorkState; change: Change<WorkState> }) {
  if (!isFiltered(state)) return <Empty icon={ListTodo} title={words.never} hint={words.neverHint} />;
  return (
    <Empty icon={SearchX} title={words.noneFound} hint={words.noneFoundHint}>
      <Button onClick={() => change(NO_FILTERS)}>{words.filters.clear}</Button>
    </Empty>
  );
}

function Lists({ tasks, kinds, state }: { tasks: Tasks; kinds: readonly TaskKind[]; state: WorkState }) {
  const { now, over, total, paging } = tasks;
  return (
    <>
      {now && now.length > 0 && <List title={words.now} count={now.length} jobs={now} kinds={kinds} />}
      {now?.length === 0 && state.state === "all" && <p className={styles.idle}>{words.idle}</p>}
      {over && over.length > 0 && (
        <List title={words.history} count={total} jobs={over} kinds={kinds}>
          <MoreRows paging={paging} total={total} />
        </List>
      )}
    </>
  );
}

export default function Work() {
  const [state, change] = useAddress(workAddress);
  const kinds = useQuery(taskKinds).data ?? NO_KINDS;
  const tasks = useTasks(state);
  const { now, over, isPending, error, askAgain } = tasks;
  useKeptScroll(!isPending);
  const hasNone = (now?.length ?? 0) + (over?.length ?? 0) === 0;
  const isEmpty = hasNone && !isPending && !error;
  return (
    <>
      <ViewHead title={words.title}>
        <Rooms here="/work" />
        <StartMenu />
      </ViewHead>
      <Filters state={state} change={change} kinds={kinds} />
      {error && hasNone && <Failed title={words.failed} error={error} onAgain={askAgain} />}
      {isPending && hasNone && !error && <LoadingRows />}
      {isEmpty ? (
        <Nothing state={state} change={change} />
      ) : (
        !isPending && <Lists tasks={tasks} kinds={kinds} state={state} />
      )}
    </>
  );
}
