/** The page of a medium: the picture or its video at the left, what is known at the right, the other frames below. */
import type { UseQueryResult } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { ArchiveRestore, Download, FolderPlus, ImageOff, ScanSearch, Trash2 } from "lucide-react";
import { ApiError } from "../../api/errors";
import type { Media, MediaFull } from "../../api/types";
import { useKeys } from "../../keys/useKeys";
import { Button, buttonClass, IconButton } from "../../parts/Button";
import { collect } from "../../parts/collect/collecting";
import { Empty, Failed } from "../../parts/States";
import { discard, restore } from "../../parts/trash";
import { ViewHead } from "../../parts/ViewHead";
import { useKeptScroll } from "../../state/scroll";
import { useSearchWith } from "../../state/searchWith";
import { ago, strings } from "../../strings";
import { Details } from "./Details";
import styles from "./Medium.module.css";
import { Stage } from "./Stage";
import { TimeStrip } from "./TimeStrip";

const words = strings.medium;

export function titleOf({ id, mediaType }: Media): string {
  if (mediaType === "video") return words.videoTitle(id);
  return mediaType === "video_frame" ? words.frameTitle(id) : words.title(id);
}

function Original({ media }: { media: Media }) {
  return (
    <a
      className={buttonClass("quiet", true)}
      href={media.url}
      download
      aria-label={words.download}
      title={words.download}
    >
      <Download size={18} aria-hidden />
    </a>
  );
}

function Actions({ media }: { media: Media }) {
  const searchWith = useSearchWith();
  const { id, deleted_at } = media;
  const isDeleted = deleted_at != null;
  const remove = () => (isDeleted ? false : void discard([id]));
  useKeys({
    searchThis: () => (isDeleted || media.mediaType === "video" ? false : searchWith.media(id)),
    collect: () => (isDeleted ? false : collect([id])),
    remove,
  });
  if (isDeleted) {
    return (
      <>
        <Button kind="primary" icon={<ArchiveRestore size={18} aria-hidden />} onClick={() => void restore([id])}>
          {strings.trash.restore}
        </Button>
        <Original media={media} />
      </>
    );
  }
  return (
    <>
      {media.mediaType !== "video" && (
        <Button kind="primary" icon={<ScanSearch size={18} aria-hidden />} onClick={() => searchWith.media(id)}>
          {words.search}
        </Button>
      )}
      <Button icon={<FolderPlus size={18} aria-hidden />} onClick={() => collect([id])}>
        {words.collect}
      </Button>
      <Original media={media} />
      <IconButton label={strings.trash.delete} onClick={remove}>
        <Trash2 size={18} aria-hidden />
      </IconButton>
    </>
  );
}

function useWalk({ el, siblings }: MediaFull): void {
  const navigate = useNavigate();
  const walk = (step: number) => {
    const at = siblings.findIndex(({ id }) => id === el.id);
    const next = siblings[at + step];
    if (at < 0 || !next) return false;
    void navigate({ to: "/media/id/$id", params: { id: `${next.id}` }, replace: true });
    return true;
  };
  useKeys({ left: () => walk(-1), right: () => walk(1) });
}

function Whole({ full }: { full: MediaFull }) {
  const { el, siblings } = full;
  useWalk(full);
  return (
    <>
      <ViewHead title={titleOf(el)} note={full.sources[0]?.name}>
        <Actions media={el} />
      </ViewHead>
      {el.deleted_at && (
        <p className={styles.deleted} role="status">
          {words.deleted(ago(el.deleted_at))}
        </p>
      )}
      <div className={styles.page}>
        <div className={styles.left} data-strip={siblings.length > 1}>
          <Stage key={el.id} media={el} />
          {siblings.length > 1 && <TimeStrip media={siblings} shown={el.id} />}
        </div>
        <Details full={full} />
      </div>
    </>
  );
}

function isMissing(error: unknown): boolean {
  return error instanceof ApiError && error.isMissing;
}

export function MediumShown({ query }: { query: UseQueryResult<MediaFull> }) {
  const { data, error, isPending, refetch } = query;
  useKeptScroll(data !== undefined);
  if (data) return <Whole full={data} />;
  const isGone = !isPending && isMissing(error);
  return (
    <>
      <ViewHead title={isGone ? words.missing : words.kinds.image} isTitleHidden />
      {isPending && <div className={styles.grey} role="status" aria-label={strings.parts.loading} />}
      {isGone && <Empty icon={ImageOff} title={words.missing} hint={words.missingHint} />}
      {!isPending && !isGone && <Failed title={words.failed} error={error} onAgain={() => void refetch()} />}
    </>
  );
}
