/** Everything in the library, newest first. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Images } from "lucide-react";
import { useCallback, useMemo, useState } from "react";
import { mediaList } from "../../api/queries";
import type { Media } from "../../api/types";
import { Grid, GridEnd } from "../../parts/grid/Grid";
import { SizeSlider } from "../../parts/grid/SizeSlider";
import { Empty, Failed, LoadingGrid } from "../../parts/States";
import { ViewHead } from "../../parts/ViewHead";
import { useKeptScroll } from "../../state/scroll";
import { useSearchWith } from "../../state/searchWith";
import { NOTHING } from "../../state/selection";
import { strings } from "../../strings";

const words = strings.library;
const itself = (media: Media) => media;
const href = ({ id }: Media) => `/media/id/${id}`;

export default function Library() {
  const list = useInfiniteQuery(mediaList);
  const media = useMemo(() => list.data?.pages.flatMap(({ res }) => res) ?? [], [list.data]);
  const [selection, setSelection] = useState(NOTHING);
  const searchWith = useSearchWith();
  const navigate = useNavigate();
  useKeptScroll(list.isSuccess);
  const load = useCallback(() => void list.fetchNextPage(), [list.fetchNextPage]);
  const paging = { hasMore: list.hasNextPage, isLoading: list.isFetchingNextPage, load };
  const total = list.data?.pages[0]?.total;
  return (
    <>
      <ViewHead title={words.title} note={total !== undefined && words.count(total)}>
        <SizeSlider />
      </ViewHead>
      {list.isPending && <LoadingGrid />}
      {list.isError && media.length === 0 && (
        <Failed title={words.failed} error={list.error} onAgain={() => void list.refetch()} />
      )}
      {total === 0 && <Empty icon={Images} title={words.empty} hint={words.emptyHint} />}
      {media.length > 0 && (
        <>
          <Grid
            label={words.title}
            items={media}
            mediaOf={itself}
            hrefOf={href}
            actions={{
              open: ({ id }) => void navigate({ to: "/media/id/$id", params: { id: `${id}` } }),
              searchThis: ({ id }) => searchWith.media(id),
            }}
            selection={{ value: selection, change: setSelection }}
            paging={paging}
          />
          <GridEnd paging={paging} count={media.length} />
        </>
      )}
    </>
  );
}
