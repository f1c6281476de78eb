/** Everything in the library, narrowed and sorted as one likes; files are imported here, and what was deleted is found again. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Images, SearchX, Trash2, Undo2 } from "lucide-react";
import { mediaFound, mediaMonths } from "../../api/media";
import { DropToImport } from "../../imports/DropToImport";
import { ImportMenu } from "../../imports/ImportMenu";
import { Button, IconButton } from "../../parts/Button";
import { GridEnd } from "../../parts/grid/Grid";
import { pagingOf } from "../../parts/grid/paging";
import { SizeSlider } from "../../parts/grid/SizeSlider";
import { Empty, Failed, LoadingGrid } from "../../parts/States";
import { ViewHead } from "../../parts/ViewHead";
import { useKeptScroll } from "../../state/scroll";
import { type Change, useAddress } from "../../state/useAddress";
import { strings } from "../../strings";
import { Filters } from "./Filters";
import styles from "./Library.module.css";
import { MediaGrid } from "./MediaGrid";
import { Months } from "./Months";
import { isFiltered, type LibraryState, libraryAddress, NO_FILTERS, wantedOf } from "./state";

const words = strings.library;

function Nothing({ state, change }: { state: LibraryState; change: Change<LibraryState> }) {
  if (isFiltered(state)) {
    return (
      <Empty icon={SearchX} title={words.noneFound} hint={words.noneFoundHint}>
        <Button onClick={() => change(NO_FILTERS)}>{words.clearFilters}</Button>
      </Empty>
    );
  }
  if (state.trash) return <Empty icon={Trash2} title={words.trashEmpty} hint={words.trashEmptyHint} />;
  return (
    <Empty icon={Images} title={words.empty} hint={words.emptyHint}>
      <ImportMenu />
    </Empty>
  );
}

function Tools({ state, change }: { state: LibraryState; change: Change<LibraryState> }) {
  const isTrash = state.trash;
  const toggle = () => change({ ...NO_FILTERS, trash: !isTrash });
  return (
    <>
      <SizeSlider />
      <IconButton
        label={isTrash ? words.backToLibrary : words.toTrash}
        aria-pressed={isTrash}
        className={isTrash ? (styles.pressed ?? "") : ""}
        onClick={toggle}
      >
        {isTrash ? <Undo2 size={18} aria-hidden /> : <Trash2 size={18} aria-hidden />}
      </IconButton>
      {!isTrash && <ImportMenu />}
    </>
  );
}

export default function Library() {
  const [state, change] = useAddress(libraryAddress);
  const wanted = wantedOf(state);
  const list = useInfiniteQuery(mediaFound(wanted));
  const { data: months = [] } = useQuery(mediaMonths(wanted));
  useKeptScroll(list.isSuccess);
  const total = list.data?.pages[0]?.total;
  const media = list.data?.pages.flatMap((page) => page.media) ?? [];
  const paging = pagingOf(list);
  return (
    <DropToImport>
      <ViewHead
        title={state.trash ? words.trash : words.title}
        note={total !== undefined && words.counts[state.type](total)}
      >
        <Tools state={state} change={change} />
      </ViewHead>
      <Filters state={state} change={change} />
      {months.length > 1 && <Months months={months} state={state} change={change} />}
      {list.isPending && <LoadingGrid />}
      {list.isError && media.length === 0 && (
        <Failed title={words.failed} error={list.error} onAgain={() => void list.refetch()} />
      )}
      {list.isSuccess && media.length === 0 && <Nothing state={state} change={change} />}
      {list.data && media.length > 0 && (
        <div className={list.isPlaceholderData ? styles.old : undefined}>
          <MediaGrid pages={list.data.pages} isTrash={state.trash} paging={paging} />
          <GridEnd paging={paging} count={media.length} />
        </div>
      )}
    </DropToImport>
  );
}
