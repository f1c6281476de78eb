/** A search: its query and what looks like it. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useCallback, useMemo } from "react";
import type { Hit } from "../../api/types";
import { Grid, GridEnd } from "../../parts/grid/Grid";
import { SizeSlider } from "../../parts/grid/SizeSlider";
import { Empty, Failed, LoadingGrid } from "../../parts/States";
import { ViewHead } from "../../parts/ViewHead";
import { Missing } from "../../shell/Missing";
import { useKeptScroll } from "../../state/scroll";
import { KINDS, type Kind, useSearchWith } from "../../state/searchWith";
import { useAddress } from "../../state/useAddress";
import { duration, fraction, strings } from "../../strings";
import { results } from "./results";
import { searchAddress } from "./state";

const words = strings.search;
const mediaOf = ({ media }: Hit) => media;
const href = ({ id }: Hit) => `/search/media/${id}`;
/** Of the line with the distance, in CSS pixels. */
const CAPTION_HEIGHT = 22;

function Results({ kind, which }: { kind: Kind; which: string }) {
  const [state] = useAddress(searchAddress);
  const list = useInfiniteQuery(results({ kind, which, state }));
  const hits = useMemo(() => list.data?.pages.flatMap(({ res }) => res) ?? [], [list.data]);
  const searchWith = useSearchWith();
  useKeptScroll(list.isSuccess);
  const load = useCallback(() => void list.fetchNextPage(), [list.fetchNextPage]);
  const paging = { hasMore: list.hasNextPage, isLoading: list.isFetchingNextPage, load };
  const query = list.data?.pages[0]?.query;
  const walk = ({ id }: Hit) => searchWith.media(id);
  return (
    <>
      <ViewHead
        title={words.title}
        isTitleHidden
        note={query && words.compared(query.searched, duration(query.timing))}
      >
        <SizeSlider />
      </ViewHead>
      {list.isPending && <LoadingGrid />}
      {list.isError && hits.length === 0 && (
        <Failed title={words.failed} error={list.error} onAgain={() => void list.refetch()} />
      )}
      {list.isSuccess && hits.length === 0 && <Empty title={words.nothing} hint={words.nothingHint} />}
      {hits.length > 0 && (
        <>
          <Grid
            label={words.results}
            items={hits}
            mediaOf={mediaOf}
            hrefOf={href}
            actions={{ open: walk, searchThis: walk }}
            paging={paging}
            caption={({ score }) => fraction(score)}
            captionHeight={CAPTION_HEIGHT}
            {...(query?.media && { markedId: query.media.id })}
          />
          <GridEnd paging={paging} count={hits.length} />
        </>
      )}
    </>
  );
}

export default function Search() {
  const { kind, which } = useParams({ strict: false }) as { kind: string; which: string };
  const known = KINDS.find((one) => one === kind);
  return known ? <Results key={`${known}/${which}`} kind={known} which={which} /> : <Missing />;
}
