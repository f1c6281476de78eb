/** The ways to look at two pictures at once. */
import { Pause, Play } from "lucide-react";
import { type CSSProperties, useEffect, useState } from "react";
import type { Media } from "../../api/types";
import { IconButton } from "../../parts/Button";
import { altOf, thumbnail } from "../../parts/Picture";
import { strings } from "../../strings";
import styles from "./Compare.module.css";

const words = strings.compare;
/** A swap of the flicker; less than three flashes a second harm nobody. */
const FLICKER_MS = 600;

interface Two {
  one: Media;
  other: Media;
}

/** Of a video, its picture. */
function sourceOf(media: Media): string {
  return media.mediaType === "video" ? thumbnail(media, 640) : media.url;
}

function Shown({ media, className }: { media: Media; className?: string | undefined }) {
  return (
    <img
      className={className}
      src={sourceOf(media)}
      alt={altOf(media)}
      draggable={false}
      style={{ aspectRatio: `${media.width || 1} / ${media.height || 1}` }}
    />
  );
}

export function SliderStage({ one, other }: Two) {
  const [at, setAt] = useState(50);
  return (
    <div className={styles.stage} style={{ "--at": `${at}%` } as CSSProperties}>
      <Shown media={one} className={styles.layer} />
      <Shown media={other} className={`${styles.layer} ${styles.clipped}`} />
      <span className={styles.divider} aria-hidden />
      <input
        type="range"
        className={styles.range}
        aria-label={words.divider}
        min={0}
        max={100}
        step={0.5}
        value={at}
        onChange={({ currentTarget }) => setAt(currentTarget.valueAsNumber)}
      />
      <span className={styles.tagLeft}>{words.first}</span>
      <span className={styles.tagRight}>{words.second}</span>
    </div>
  );
}

function isStill(): boolean {
  return window.matchMedia("(prefers-reduced-motion: reduce)").matches;
}

export function Flicker({ one, other }: Two) {
  const [isOther, setOther] = useState(false);
  const [isOn, setOn] = useState(() => !isStill());
  useEffect(() => {
    if (!isOn) return;
    const timer = setInterval(() => setOther((before) => !before), FLICKER_MS);
    return () => clearInterval(timer);
  }, [isOn]);
  const Icon = isOn ? Pause : Play;
  return (
    <div className={styles.stage}>
      <button
        type="button"
        className={styles.swap}
        aria-label={words.swap}
        onClick={() => {
          setOn(false);
          setOther(!isOther);
        }}
      >
        <Shown media={one} className={styles.layer} />
        <Shown media={other} className={isOther ? styles.layer : styles.hidden} />
      </button>
      <span className={styles.tagLeft}>{isOther ? words.second : words.first}</span>
      <span className={styles.corner}>
        <IconButton label={isOn ? words.pause : words.play} onClick={() => setOn(!isOn)}>
          <Icon size={18} aria-hidden />
        </IconButton>
      </span>
    </div>
  );
}

export function Difference({ one, other }: Two) {
  const [boost, setBoost] = useState(2);
  return (
    <>
      <div className={`${styles.stage} ${styles.dark}`}>
        <div className={styles.blend} style={{ filter: `brightness(${boost})` }}>
          <Shown media={one} className={styles.layer} />
          <Shown media={other} className={`${styles.layer} ${styles.minus}`} />
        </div>
      </div>
      <label className={styles.boost}>
        {words.boost}
        <input
          type="range"
          min={1}
          max={10}
          step={0.5}
          value={boost}
          onChange={({ currentTarget }) => setBoost(currentTarget.valueAsNumber)}
        />
      </label>
    </>
  );
}

export function Beside({ one, other }: Two) {
  return (
    <div className={styles.two}>
      {[one, other].map((media, number) => (
        <figure key={`${media.id}:${number ? "other" : "one"}`} className={styles.figure}>
          <Shown media={media} className={styles.alone} />
          <figcaption>{number ? words.second : words.first}</figcaption>
        </figure>
      ))}
    </div>
  );
}
