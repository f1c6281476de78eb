/** Pictures that were brought to search with: to search with them again, to keep them, or to delete them. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ImageUp, SearchX } from "lucide-react";
import { useMemo } from "react";
import { uploads as uploadsOf } from "../../api/uploads";
import { Button, buttonClass } from "../../parts/Button";
import { GridEnd } from "../../parts/grid/Grid";
import { pagingOf } from "../../parts/grid/paging";
import { SizeSlider } from "../../parts/grid/SizeSlider";
import { Empty, Failed, LoadingGrid } from "../../parts/States";
import { ViewHead } from "../../parts/ViewHead";
import { person } from "../../state/person";
import { useKeptScroll } from "../../state/scroll";
import { useAddress } from "../../state/useAddress";
import { strings } from "../../strings";
import { Filters } from "./Filters";
import { namesIn } from "./shown";
import { uploadsAddress } from "./state";
import { UploadGrid } from "./UploadGrid";
import styles from "./Uploads.module.css";

const words = strings.uploads;

function Nothing({ isFiltered, onClear }: { isFiltered: boolean; onClear: () => void }) {
  if (isFiltered) {
    return (
      <Empty icon={SearchX} title={words.noneFound} hint={words.noneFoundHint}>
        <Button onClick={onClear}>{words.clearFilter}</Button>
      </Empty>
    );
  }
  return (
    <Empty icon={ImageUp} title={words.empty} hint={words.emptyHint}>
      <Link to="/search" className={buttonClass("primary")}>
        {words.toSearch}
      </Link>
    </Empty>
  );
}

export default function Uploads() {
  const [state, change] = useAddress(uploadsAddress);
  const list = useInfiniteQuery(uploadsOf(state.by, state.sort === "oldest" ? "asc" : "desc"));
  useKeptScroll(list.isSuccess);
  const pages = list.data?.pages;
  const uploads = useMemo(() => pages?.flatMap(({ res }) => res) ?? [], [pages]);
  const names = useMemo(() => [...new Set([person.read(), ...namesIn(uploads)])], [uploads]);
  const total = pages?.[0]?.total;
  const paging = pagingOf(list);
  return (
    <>
      <ViewHead title={words.title} note={total !== undefined && words.count(total)}>
        <SizeSlider />
      </ViewHead>
      <Filters state={state} change={change} names={names} />
      {list.isPending && <LoadingGrid />}
      {list.isError && uploads.length === 0 && (
        <Failed title={words.failed} error={list.error} onAgain={() => void list.refetch()} />
      )}
      {list.isSuccess && uploads.length === 0 && (
        <Nothing isFiltered={state.by !== ""} onClear={() => change({ by: "" })} />
      )}
      {uploads.length > 0 && (
        <div className={list.isPlaceholderData ? styles.old : undefined}>
          <UploadGrid uploads={uploads} paging={paging} />
          <GridEnd paging={paging} count={uploads.length} />
        </div>
      )}
    </>
  );
}
