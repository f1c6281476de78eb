/** Where a search begins: how to, and the newest pictures of the library to begin with. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Dices, History, Images, ImageUp } from "lucide-react";
import { useCallback, useMemo, useRef } from "react";
import { mediaInfo, mediaList } from "../../api/queries";
import type { Media } from "../../api/types";
import { Button, buttonClass } from "../../parts/Button";
import { useMembership } from "../../parts/collect/members";
import { Grid } from "../../parts/grid/Grid";
import { Empty, Failed, LoadingGrid } from "../../parts/States";
import { ViewHead } from "../../parts/ViewHead";
import { useVeil } from "../../parts/veil";
import { useKeptScroll } from "../../state/scroll";
import { type SearchWith, useSearchWith } from "../../state/searchWith";
import { strings } from "../../strings";
import styles from "./Start.module.css";

const words = strings.search;
const itself = (media: Media) => media;
const href = ({ id }: Media) => `/search/media/${id}`;
/** Enough to fill a large window; the library has the rest. */
const SHOWN = 60;

function Pick({ searchWith }: { searchWith: SearchWith }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <Button kind="primary" icon={<ImageUp size={18} aria-hidden />} onClick={() => input.current?.click()}>
        {words.pick}
      </Button>
      <input
        ref={input}
        type="file"
        accept="image/*"
        hidden
        onChange={({ currentTarget }) => {
          const file = currentTarget.files?.[0];
          currentTarget.value = "";
          if (file) searchWith.file(file);
        }}
      />
    </>
  );
}

function Newest({ searchWith }: { searchWith: SearchWith }) {
  const list = useInfiniteQuery(mediaList);
  // A video has no feature of its own: its frames have.
  const media = useMemo(
    () => (list.data?.pages[0]?.res ?? []).filter(({ mediaType }) => mediaType !== "video").slice(0, SHOWN),
    [list.data],
  );
  const ids = useMemo(() => media.map(({ id }) => id), [media]);
  const { members, toggle } = useMembership(ids);
  const walk = useCallback(({ id }: Media) => searchWith.media(id), [searchWith]);
  const veil = useVeil();
  useKeptScroll(list.isSuccess);
  if (list.isPending) return <LoadingGrid />;
  if (list.isError && !list.data) {
    return <Failed title={words.unread} error={list.error} onAgain={() => void list.refetch()} />;
  }
  return (
    <Grid
      label={words.begin}
      items={media}
      mediaOf={itself}
      hrefOf={href}
      actions={{ open: walk, searchThis: walk, collect: ({ id }) => toggle([id]) }}
      collected={members}
      isVeiled={veil}
    />
  );
}

export default function Start() {
  const info = useQuery(mediaInfo);
  const searchWith = useSearchWith();
  const count = info.data?.mediaCount;
  if (info.isError && !info.data) {
    return (
      <>
        <ViewHead title={words.title} isTitleHidden />
        <Failed title={words.unread} error={info.error} onAgain={() => void info.refetch()} />
      </>
    );
  }
  if (count === 0) {
    return (
      <>
        <ViewHead title={words.title} isTitleHidden />
        <Empty icon={Images} title={words.emptyLibrary} hint={words.emptyLibraryHint}>
          <Link to="/library" className={buttonClass("primary")}>
            {words.toLibrary}
          </Link>
        </Empty>
      </>
    );
  }
  return (
    <>
      <ViewHead title={words.title} isTitleHidden note={count !== undefined && words.inLibrary(count)} />
      <section className={styles.start}>
        <div>
          <h2>{words.welcome}</h2>
          <p>{words.welcomeHint}</p>
        </div>
        <div className={styles.startButtons}>
          <Pick searchWith={searchWith} />
          <Button icon={<Dices size={18} aria-hidden />} onClick={searchWith.random}>
            {words.random}
          </Button>
          <Link to="/uploads" className={buttonClass()}>
            <History size={18} aria-hidden />
            {words.uploads}
          </Link>
        </div>
      </section>
      <h2 className={styles.begin}>{words.begin}</h2>
      <Newest searchWith={searchWith} />
    </>
  );
}
