/** One collection: its notes, its pictures, its archives. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { FolderOpen, FolderX } from "lucide-react";
import { useEffect, useMemo } from "react";
import { type Counted, collectionMedia, collections, MEMBER_ORDERS } from "../../api/collections";
import { buttonClass } from "../../parts/Button";
import { current } from "../../parts/collect/collecting";
import { SelectField } from "../../parts/Field";
import { GridEnd } from "../../parts/grid/Grid";
import { pagingOf } from "../../parts/grid/paging";
import { SizeSlider } from "../../parts/grid/SizeSlider";
import { Markdown } from "../../parts/markdown/Markdown";
import { Empty, Failed, LoadingGrid } from "../../parts/States";
import { ViewHead } from "../../parts/ViewHead";
import { useKeptScroll } from "../../state/scroll";
import { useAddress } from "../../state/useAddress";
import { ago, strings } from "../../strings";
import styles from "./Collection.module.css";
import { CollectionMenu } from "./CollectionMenu";
import { Export } from "./Export";
import { Members } from "./Members";
import { collectionAddress } from "./state";

const words = strings.collections;

function Order() {
  const [{ order }, change] = useAddress(collectionAddress);
  return (
    <SelectField
      label={words.order}
      isLabelHidden
      value={order}
      onChange={({ currentTarget: { value } }) =>
        change({ order: MEMBER_ORDERS.find((one) => one === value) ?? "hand" })
      }
    >
      {MEMBER_ORDERS.map((one) => (
        <option key={one} value={one}>
          {words.orders[one]}
        </option>
      ))}
    </SelectField>
  );
}

function Pictures({ one }: { one: Counted }) {
  const [{ order }] = useAddress(collectionAddress);
  const list = useInfiniteQuery(collectionMedia(one.id, order));
  const members = useMemo(() => list.data?.pages.flatMap(({ res }) => res) ?? [], [list.data]);
  useKeptScroll(list.isSuccess);
  const paging = pagingOf(list);
  if (list.isPending) return <LoadingGrid />;
  if (list.isError && members.length === 0) {
    return <Failed title={words.failed} error={list.error} onAgain={() => void list.refetch()} />;
  }
  if (members.length === 0) {
    return (
      <Empty icon={FolderOpen} title={words.nothingIn} hint={words.nothingInHint}>
        <Link to="/library" className={buttonClass("primary")}>
          {words.toLibrary}
        </Link>
      </Empty>
    );
  }
  return (
    <>
      <Members collection={one} members={members} order={order} paging={paging} />
      <GridEnd paging={paging} count={members.length} />
    </>
  );
}

function Shown({ one }: { one: Counted }) {
  const { id, title, count, notes, archived, username, created_at, updated_at } = one;
  // Who opens a collection means this one: the key puts pictures into it from now on.
  useEffect(() => {
    if (!archived) current.write({ id, title });
  }, [id, title, archived]);
  return (
    <>
      <ViewHead title={title} note={words.pictures(count)}>
        <SizeSlider />
        <Order />
        <Export collection={one} />
        <CollectionMenu collection={one} />
      </ViewHead>
      <p className={styles.byline}>
        {archived && <span className={styles.badge}>{words.archived}</span>}
        {words.by(username, ago(created_at))}
        {updated_at && ` · ${words.changed(ago(updated_at))}`}
      </p>
      {notes && (
        <div className={styles.notes}>
          <Markdown text={notes} />
        </div>
      )}
      <Pictures one={one} />
    </>
  );
}

export default function Collection() {
  const { id } = useParams({ from: "/collections/$id" });
  const list = useQuery(collections);
  const one = list.data?.find((each) => `${each.id}` === id);
  if (one) return <Shown key={one.id} one={one} />;
  if (list.isPending || !list.data) {
    return (
      <>
        <ViewHead title={words.one} isTitleHidden />
        {list.isError ? (
          <Failed title={words.failed} error={list.error} onAgain={() => void list.refetch()} />
        ) : (
          <LoadingGrid />
        )}
      </>
    );
  }
  return (
    <>
      <ViewHead title={words.missing} isTitleHidden />
      <Empty icon={FolderX} title={words.missing} hint={words.missingHint}>
        <Link to="/collections" className={buttonClass("primary")}>
          {words.title}
        </Link>
      </Empty>
    </>
  );
}
