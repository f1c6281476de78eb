/** What a task could not do, with the reasons. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { jobFailures } from "../../api/jobs";
import { pagingOf } from "../../parts/grid/paging";
import { MoreRows } from "../../parts/MoreRows";
import { Failed } from "../../parts/States";
import { strings } from "../../strings";
import { mediumOf } from "./items";
import styles from "./Task.module.css";

const words = strings.work.page;

function Item({ item }: { item: string }) {
  const id = mediumOf(item);
  if (id === undefined) return <>{item}</>;
  return (
    <Link to="/media/id/$id" params={{ id }}>
      {item}
    </Link>
  );
}

export function Failures({ uuid, count }: { uuid: string; count: number }) {
  const list = useInfiniteQuery(jobFailures(uuid));
  const rows = list.data?.pages.flatMap(({ res }) => res) ?? [];
  const paging = pagingOf(list);
  return (
    <section className={styles.part}>
      <h2>{words.failures(count)}</h2>
      {list.isError && rows.length === 0 && (
        <Failed title={words.failuresFailed} error={list.error} onAgain={() => void list.refetch()} />
      )}
      {list.isPending && <p className={styles.quiet}>{strings.parts.loading}</p>}
      {rows.length > 0 && (
        <table className={styles.failures}>
          <thead>
            <tr>
              <th scope="col">{words.item}</th>
              <th scope="col">{words.reason}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ item, reason }) => (
              <tr key={`${item} ${reason}`}>
                <th scope="row">
                  <Item item={item} />
                </th>
                <td>{reason}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {rows.length > 0 && list.hasNextPage && <MoreRows paging={paging} total={count} />}
    </section>
  );
}
