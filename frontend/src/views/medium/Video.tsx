/** Plays a video from a moment; says so when the browser cannot. */
import { FileVideo } from "lucide-react";
import { useState } from "react";
import { buttonClass } from "../../parts/Button";
import { Empty } from "../../parts/States";
import { strings } from "../../strings";
import styles from "./Medium.module.css";

const words = strings.medium;

export function Video({ source, poster, atSeconds }: { source: string; poster: string; atSeconds: number }) {
  const [isBroken, setBroken] = useState(false);
  if (isBroken) {
    return (
      <Empty icon={FileVideo} title={words.unplayable}>
        <a className={buttonClass()} href={source} download>
          {words.download}
        </a>
      </Empty>
    );
  }
  return (
    // biome-ignore lint/a11y/useMediaCaption: nobody has written captions for these videos
    <video
      className={styles.video}
      src={source}
      poster={poster}
      controls
      playsInline
      preload="metadata"
      onLoadedMetadata={({ currentTarget }) => {
        currentTarget.currentTime = atSeconds;
      }}
      onError={() => setBroken(true)}
    />
  );
}
