/** A picture of the library in the size that is needed: from small and blurred to sharp, or a plain word if there is none. */
import clsx from "clsx";
import { useState } from "react";
import type { Media } from "../api/types";
import { strings } from "../strings";
import { frameTime } from "./frameTime";
import styles from "./Picture.module.css";
import { Preview } from "./Preview";

/** Longer sides of the small versions that the server makes, in pixels. */
const SIDES = [160, 320, 640] as const;
/** How much a small version may be blown up before the next one is fetched. */
const TOLERANCE = 1.15;

type Side = (typeof SIDES)[number];

function sideFor(cssPixels: number): Side {
  const needed = cssPixels * Math.min(globalThis.devicePixelRatio ?? 1, 2);
  return SIDES.find((side) => side * TOLERANCE >= needed) ?? 640;
}

export function thumbnail(media: Media, side: Side): string {
  return media.thumbnail.replace(/thumbs\/\d+\//, `thumbs/${side}/`);
}

/** Of a picture that was brought to search with. */
export function uploadThumbnail(id: number | string, side: Side): string {
  return `/static/data/upload-thumbs/${side}/${id}`;
}

/** What a picture is called where it cannot be seen. */
export function altOf(media: Media): string {
  const words = strings.parts.picture;
  if (media.mediaType === "video") return words.video(media.id);
  return media.time_ms == null ? words.alt(media.id) : words.frame(media.id, frameTime(media.time_ms));
}

interface PictureProps {
  media: Media;
  /** Longer side as shown, in CSS pixels. */
  size: number;
  /** Blurred until one points at it or its link has the focus. */
  isVeiled?: boolean;
  /** `""` where a word beside it says the same. */
  alt?: string;
}

export function Picture({ media, size, isVeiled = false, alt = altOf(media) }: PictureProps) {
  const side = sideFor(size);
  const source = thumbnail(media, side);
  const [shown, setShown] = useState<string>();
  const [broken, setBroken] = useState<string>();
  if (broken === source) return <span className={styles.broken}>{strings.parts.picture.broken}</span>;
  return (
    <span className={clsx(styles.frame, isVeiled && styles.veiled)}>
      {media.preview && shown === undefined && <Preview preview={media.preview} />}
      {side === 640 && shown !== source && <img className={styles.first} src={thumbnail(media, 160)} alt="" />}
      <img
        className={clsx(styles.picture, shown !== undefined && styles.shown)}
        src={source}
        alt={alt}
        decoding="async"
        draggable={false}
        onLoad={() => setShown(source)}
        onError={() => setBroken(source)}
      />
    </span>
  );
}
