/** The frames of a video in the order of time; any number of them. */
import { Link } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import clsx from "clsx";
import { useEffect, useRef } from "react";
import type { Media } from "../../api/types";
import { frameTime } from "../../parts/frameTime";
import { Picture } from "../../parts/Picture";
import { useVeil } from "../../parts/veil";
import { strings } from "../../strings";
import styles from "./TimeStrip.module.css";

const words = strings.medium;
/** Height of a picture and the gap between two, in CSS pixels. */
const HEIGHT = 72;
const GAP = 4;

function widthOf({ width, height }: Media): number {
  const ratio = width > 0 && height > 0 ? width / height : 1;
  return Math.round(HEIGHT * Math.min(2.4, Math.max(0.5, ratio)));
}

export function TimeStrip({ media, shown }: { media: readonly Media[]; shown: number }) {
  const place = useRef<HTMLElement>(null);
  const strip = useVirtualizer({
    count: media.length,
    horizontal: true,
    getScrollElement: () => place.current,
    estimateSize: (index) => (media[index] ? widthOf(media[index]) : HEIGHT) + GAP,
    overscan: 6,
  });
  const veil = useVeil();
  const at = media.findIndex(({ id }) => id === shown);
  useEffect(() => {
    if (at >= 0) strip.scrollToIndex(at, { align: "center" });
  }, [strip, at]);
  const frames = media.filter(({ mediaType }) => mediaType === "video_frame").length;
  return (
    <>
      <h2 className={styles.title}>{words.strip(frames)}</h2>
      <nav ref={place} className={styles.strip} aria-label={words.stripLabel}>
        <ol className={styles.list} style={{ width: strip.getTotalSize(), height: HEIGHT }}>
          {strip.getVirtualItems().map(({ index, start, size }) => {
            const one = media[index];
            if (!one) return null;
            const isHere = one.id === shown;
            const label = one.time_ms == null ? words.kinds.video : frameTime(one.time_ms);
            return (
              <li
                key={one.id}
                className={styles.item}
                style={{ transform: `translateX(${start}px)`, width: size - GAP, height: HEIGHT }}
              >
                <Link
                  to="/media/id/$id"
                  params={{ id: `${one.id}` }}
                  replace
                  resetScroll={false}
                  className={clsx(styles.link, isHere && styles.here)}
                  {...(isHere && { "aria-current": "true" as const })}
                  aria-label={words.frameLabel(label)}
                >
                  <Picture media={one} size={HEIGHT} alt="" isVeiled={veil(one)} />
                  <span className={styles.time}>{label}</span>
                </Link>
              </li>
            );
          })}
        </ol>
      </nav>
    </>
  );
}
