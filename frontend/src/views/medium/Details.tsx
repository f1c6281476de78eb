/** What is known of a medium. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Copy } from "lucide-react";
import type { ReactNode } from "react";
import { seenIn } from "../../api/media";
import type { Media, MediaFull, Seen, Source } from "../../api/types";
import { IconButton } from "../../parts/Button";
import { frameTime } from "../../parts/frameTime";
import { Graphic } from "../../parts/Graphic";
import { say, sayFailure } from "../../parts/toasts";
import { bytes, dateAndTime, duration, fraction, number, percent, strings } from "../../strings";
import { labelOf } from "./Boxes";
import styles from "./Details.module.css";
import { Duplicates } from "./Duplicates";

const words = strings.medium;

type Row = readonly [name: string, value: ReactNode];

function kindOf({ mediaType }: Media): string {
  return Object.entries(words.kinds).find(([kind]) => kind === mediaType)?.[1] ?? mediaType;
}

/** Of a camera's clock, which has no zone: as it is written. */
function taken(text: string): string {
  return text.replace("T", " ");
}

function factsOf(media: Media): Row[] {
  const { frame, time_ms, duration_ms, frame_rate, captured_at, camera, video } = media;
  const facts = words.facts;
  const rows: (Row | false)[] = [
    [facts.kind, kindOf(media)],
    [facts.size, `${number(media.width)} × ${number(media.height)}`],
    [facts.bytes, `${bytes(media.byte_size)} ${media.ext}`],
    duration_ms != null && [facts.duration, duration(duration_ms / 1000)],
    frame_rate != null && [facts.rate, fraction(frame_rate)],
    frame != null && [facts.frame, time_ms == null ? number(frame) : words.frameAt(frame, frameTime(time_ms))],
    video != null && [
      facts.video,
      <Link key="video" to="/media/id/$id" params={{ id: `${video.id}` }}>
        {words.videoTitle(video.id)}
      </Link>,
    ],
    captured_at != null && [facts.captured, taken(captured_at)],
    camera != null && [facts.camera, camera],
    [facts.imported, dateAndTime(media.created_at)],
    [facts.id, media.id],
  ];
  return rows.filter((row) => row !== false);
}

function Rows({ rows }: { rows: readonly Row[] }) {
  return (
    <dl className={styles.rows}>
      {rows.map(([name, value]) => (
        <div key={name} className={styles.row}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Hash({ sha256 }: { sha256: string }) {
  const copy = () => {
    navigator.clipboard.writeText(sha256).then(() => say(strings.parts.copied, { kind: "good" }), sayFailure);
  };
  return (
    <section className={styles.block}>
      <h2>{words.hash}</h2>
      <div className={styles.hash}>
        <code>{sha256}</code>
        <IconButton label={words.copyHash} onClick={copy}>
          <Copy size={16} aria-hidden />
        </IconButton>
      </div>
    </section>
  );
}

function SeenList({ seen }: { seen: readonly Seen[] }) {
  return (
    <section className={styles.block}>
      <h2>{words.seen}</h2>
      {seen.length === 0 && <p className={styles.quiet}>{words.seenNothing}</p>}
      <ul className={styles.seen}>
        {seen.map((one, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: detections have no number of their own and do not move
          <li key={index} className={styles.row}>
            {one.label ? (
              <Link to="/library" search={{ label: one.label }}>
                {labelOf(one)}
              </Link>
            ) : (
              labelOf(one)
            )}
            <span className={styles.quiet}>{words.confidence(percent(one.confidence, 0))}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Sources({ sources }: { sources: readonly Source[] }) {
  return (
    <section className={styles.block}>
      <h2>{words.sources(sources.length)}</h2>
      <ul>
        {sources.map(({ path, name, imported_at }) => (
          <li key={`${path}:${imported_at}`} className={styles.source}>
            <p className={styles.name}>{name}</p>
            {path !== name && <p className={styles.quiet}>{path}</p>}
            <p className={styles.quiet}>{dateAndTime(imported_at)}</p>
          </li>
        ))}
      </ul>
    </section>
  );
}

function InCollections({ collections }: Pick<MediaFull, "collections">) {
  return (
    <section className={styles.block}>
      <h2>{words.collections(collections.length)}</h2>
      <ul>
        {collections.map(({ id, title, archived }) => (
          <li key={id} className={styles.row}>
            <Link to="/collections/$id" params={{ id: `${id}` }}>
              {title}
            </Link>
            {archived && <span className={styles.quiet}>{strings.collections.archived}</span>}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Exif({ exif }: Pick<MediaFull, "exif">) {
  if (exif.length === 0) return null;
  return (
    <section className={styles.block}>
      <h2>{words.exif}</h2>
      <Rows rows={exif.map(({ group, name, value }) => [`${group} · ${name}`, value] as const)} />
    </section>
  );
}

export function Details({ full }: { full: MediaFull }) {
  const { el, sources, collections, exif } = full;
  const { data } = useQuery(seenIn(el));
  return (
    <aside className={styles.details} aria-label={words.about}>
      <section className={styles.block}>
        <h2>{words.about}</h2>
        <Rows rows={factsOf(el)} />
        {el.deleted_at == null && <Graphic key={el.id} id={el.id} isGraphic={el.graphic} />}
      </section>
      <Hash sha256={el.sha256} />
      {data && data.runs.length > 0 && <SeenList seen={data.detections} />}
      {collections.length > 0 && <InCollections collections={collections} />}
      {sources.length > 0 && <Sources sources={sources} />}
      <Exif exif={exif} />
      <Duplicates of={el} />
    </aside>
  );
}
