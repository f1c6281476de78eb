/** The medium itself, as large as there is room: a picture with what was seen in it, or a video at the moment. */
import { useQuery } from "@tanstack/react-query";
import { Film, Image as ImageIcon, ScanEye } from "lucide-react";
import { type CSSProperties, useState } from "react";
import { seenIn } from "../../api/media";
import type { Media } from "../../api/types";
import { Button } from "../../parts/Button";
import { altOf, thumbnail } from "../../parts/Picture";
import { Veil } from "../../parts/Veil";
import { address, flag } from "../../state/address";
import { kept, useKept } from "../../state/kept";
import { useAddress } from "../../state/useAddress";
import { strings } from "../../strings";
import { Boxes } from "./Boxes";
import styles from "./Medium.module.css";
import { Video } from "./Video";

const words = strings.medium;
const isYesOrNo = (value: unknown): value is boolean => typeof value === "boolean";
const boxesShown = kept("boxes", true, isYesOrNo);
const stageAddress = address<{ play: boolean }>({ play: flag("play") });

/** Small pictures are not blown up beyond twice their size. */
function shapeOf({ width, height }: Media): CSSProperties {
  const [columns, rows] = [width || 1, height || 1];
  return {
    "--ratio": columns / rows,
    "--widest": `${2 * columns}px`,
    aspectRatio: `${columns} / ${rows}`,
  } as CSSProperties;
}

function StillPicture({ media, hasBoxes }: { media: Media; hasBoxes: boolean }) {
  const [isSharp, setSharp] = useState(false);
  const [isBroken, setBroken] = useState(false);
  const { data } = useQuery(seenIn(media));
  if (isBroken) return <p className={styles.broken}>{strings.parts.picture.broken}</p>;
  return (
    <div className={styles.frame} style={shapeOf(media)}>
      {!isSharp && <img className={styles.first} src={thumbnail(media, 320)} alt="" />}
      <img
        className={styles.picture}
        src={media.url}
        alt={altOf(media)}
        onLoad={() => setSharp(true)}
        onError={() => setBroken(true)}
      />
      {hasBoxes && data && <Boxes seen={data.detections} />}
    </div>
  );
}

export function Stage({ media }: { media: Media }) {
  const [{ play }, change] = useAddress(stageAddress);
  const [hasBoxes, setBoxes] = useKept(boxesShown);
  const { data } = useQuery(seenIn(media));
  const video = media.mediaType === "video" ? media.url : media.video?.url;
  const isPlaying = media.mediaType === "video" || (play && video !== undefined);
  const canSwitch = media.mediaType !== "video" && video !== undefined;
  return (
    <section aria-label={altOf(media)}>
      <div className={styles.stage}>
        {isPlaying && video ? (
          <Video source={video} poster={thumbnail(media, 640)} atSeconds={(media.time_ms ?? 0) / 1000} />
        ) : (
          <StillPicture media={media} hasBoxes={hasBoxes} />
        )}
        <Veil media={media} />
      </div>
      <div className={styles.under}>
        {canSwitch && (
          <Button
            kind="quiet"
            icon={isPlaying ? <ImageIcon size={18} aria-hidden /> : <Film size={18} aria-hidden />}
            onClick={() => change({ play: !play }, { replace: true })}
          >
            {isPlaying ? words.picture : words.play}
          </Button>
        )}
        {!isPlaying && (data?.detections.length ?? 0) > 0 && (
          <Button
            kind="quiet"
            icon={<ScanEye size={18} aria-hidden />}
            aria-pressed={hasBoxes}
            onClick={() => setBoxes(!hasBoxes)}
          >
            {words.boxes}
          </Button>
        )}
      </div>
    </section>
  );
}
