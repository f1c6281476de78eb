/** Everything about one hit, at the right: large, with its distance, what is in it, and what can be done with it. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Copy, ExternalLink, FolderCheck, FolderPlus, ScanSearch, ThumbsDown, ThumbsUp, X } from "lucide-react";
import type { ReactNode } from "react";
import { CAN_COMBINE, CAN_MARK } from "../../api/abilities";
import { detections, medium } from "../../api/queries";
import type { Hit, Media, MediaFull } from "../../api/types";
import { Button, buttonClass, IconButton } from "../../parts/Button";
import { frameTime } from "../../parts/frameTime";
import { Graphic } from "../../parts/Graphic";
import { altOf, thumbnail } from "../../parts/Picture";
import { Boxes, plain } from "../../parts/region/Boxes";
import { Failed } from "../../parts/States";
import { say, sayFailure } from "../../parts/toasts";
import { Veil } from "../../parts/Veil";
import { bytes, dateAndTime, fraction, strings } from "../../strings";
import styles from "./Details.module.css";
import { shareInWords } from "./reading";

const words = strings.search.details;

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className={styles.fact}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Hash({ hash }: { hash: string }) {
  const copy = () =>
    navigator.clipboard.writeText(hash).then(() => say(strings.parts.copied, { kind: "good" }), sayFailure);
  return (
    <span className={styles.hash}>
      <code>{hash}</code>
      <IconButton label={words.copyHash} onClick={() => void copy()}>
        <Copy size={14} aria-hidden />
      </IconButton>
    </span>
  );
}

function Facts({ media, full }: { media: Media; full: MediaFull | undefined }) {
  const name = full?.sources[0]?.name;
  const frames = full?.siblings.length ?? 0;
  return (
    <>
      {name && <Fact name={words.name}>{name}</Fact>}
      <Fact name={words.size}>
        {words.pixels(media.width, media.height)}, {bytes(media.byte_size)}
      </Fact>
      {media.time_ms != null && <Fact name={words.moment}>{frameTime(media.time_ms)}</Fact>}
      {frames > 1 && <Fact name={words.frames(frames)}>{media.frame ?? ""}</Fact>}
      {media.captured_at && <Fact name={words.taken}>{dateAndTime(media.captured_at)}</Fact>}
      {media.camera && <Fact name={words.camera}>{media.camera}</Fact>}
      <Fact name={words.imported}>{dateAndTime(media.created_at)}</Fact>
      <Fact name={words.hash}>
        <Hash hash={media.sha256} />
      </Fact>
    </>
  );
}

function Distance({ score, share }: { score: number; share: number | undefined }) {
  return (
    <>
      <Fact name={words.distance}>{fraction(score, 3)}</Fact>
      {share !== undefined && <Fact name={words.reading}>{words.ofLibrary(shareInWords(share))}</Fact>}
    </>
  );
}

function Seen({ id, media }: { id: number; media: Media }) {
  const found = useQuery(detections(id)).data?.detections ?? [];
  const ratio = media.width / Math.max(1, media.height) || 1;
  return (
    <span className={styles.frame} style={{ aspectRatio: ratio, width: `min(100%, calc(var(--tallest) * ${ratio}))` }}>
      <img src={thumbnail(media, 640)} alt={altOf(media)} />
      <Boxes boxes={found} />
      <Veil media={media} />
      {found.length > 0 && (
        <span className="only-read-aloud">
          {words.found}: {found.map(({ label }) => plain(label)).join(", ")}
        </span>
      )}
    </span>
  );
}

export interface DetailsActions {
  searchThis: (id: number) => void;
  collect: (id: number) => void;
  like: (id: number) => void;
  unlike: (id: number) => void;
  close: () => void;
}

interface DetailsProps {
  id: number;
  hit: Hit | undefined;
  /** Of the library that is farther; nothing where it is not known. */
  share: number | undefined;
  isCollected: boolean;
  actions: DetailsActions;
}

function Actions({ id, isCollected, actions }: Pick<DetailsProps, "id" | "isCollected" | "actions">) {
  const examples = strings.search.examples;
  return (
    <div className={styles.actions}>
      <Button
        kind="primary"
        icon={<ScanSearch size={18} strokeWidth={1.75} aria-hidden />}
        onClick={() => actions.searchThis(id)}
      >
        {words.searchThis}
      </Button>
      <IconButton label={strings.parts.grid.collect} aria-pressed={isCollected} onClick={() => actions.collect(id)}>
        {isCollected ? <FolderCheck size={18} aria-hidden /> : <FolderPlus size={18} aria-hidden />}
      </IconButton>
      {CAN_COMBINE && (
        <>
          <IconButton label={examples.more} onClick={() => actions.like(id)}>
            <ThumbsUp size={18} aria-hidden />
          </IconButton>
          <IconButton label={examples.less} onClick={() => actions.unlike(id)}>
            <ThumbsDown size={18} aria-hidden />
          </IconButton>
        </>
      )}
      <Link
        to="/media/id/$id"
        params={{ id: `${id}` }}
        className={buttonClass("quiet", true)}
        aria-label={words.page}
        title={words.page}
      >
        <ExternalLink size={18} strokeWidth={1.75} aria-hidden />
      </Link>
    </div>
  );
}

export function Details({ id, hit, share, isCollected, actions }: DetailsProps) {
  const full = useQuery(medium(id));
  const media: Media | undefined = hit?.media ?? full.data?.el;
  return (
    <aside className={styles.details} aria-label={words.title} data-no-marquee>
      <header className={styles.head}>
        <h2>{strings.search.query.number(id)}</h2>
        <IconButton label={strings.parts.close} onClick={actions.close}>
          <X size={18} aria-hidden />
        </IconButton>
      </header>
      {!media && full.isError && <Failed title={words.failed} error={full.error} onAgain={() => void full.refetch()} />}
      {media && (
        <>
          <Seen id={id} media={media} />
          <Actions id={id} isCollected={isCollected} actions={actions} />
          <dl className={styles.facts}>
            {hit && <Distance score={hit.score} share={share} />}
            <Facts media={media} full={full.data} />
          </dl>
          {CAN_MARK && <Graphic key={id} id={id} isGraphic={media.graphic} />}
        </>
      )}
    </aside>
  );
}
