/** Lies over a large picture that is spared the eyes, until somebody asks for it. The picture's element has a position. */
import { Eye } from "lucide-react";
import { useState } from "react";
import type { Media } from "../api/types";
import { strings } from "../strings";
import { Button } from "./Button";
import styles from "./Veil.module.css";
import { useVeil } from "./veil";

const words = strings.parts.picture;

export function Veil({ media }: { media: Media }) {
  const isVeiled = useVeil()(media);
  const [shown, setShown] = useState<number>();
  if (!isVeiled || shown === media.id) return null;
  return (
    <span className={styles.veil}>
      <Button icon={<Eye size={18} aria-hidden />} onClick={() => setShown(media.id)}>
        {media.graphic ? words.showGraphic : words.show}
      </Button>
    </span>
  );
}
