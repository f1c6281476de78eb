/** The picture that is searched with: its part, what was seen in it, and what can be done with it. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import clsx from "clsx";
import { Dices, ExternalLink, Maximize } from "lucide-react";
import { detections } from "../../api/queries";
import type { BoxSeen, Media, SearchAnswer } from "../../api/types";
import { buttonClass, IconButton } from "../../parts/Button";
import { thumbnail, uploadThumbnail } from "../../parts/Picture";
import { Boxes, plain } from "../../parts/region/Boxes";
import { RegionPicker } from "../../parts/region/RegionPicker";
import { useVeil } from "../../parts/veil";
import type { Part } from "../../state/address";
import { strings } from "../../strings";
import styles from "./Panel.module.css";
import { pictureOf } from "./results";

const words = strings.search.query;

interface Shown {
  source: string;
  ratio: number;
  /** Nothing of an upload. */
  media: Media | undefined;
}

const ratioOf = ({ width, height }: { width: number; height: number }) => width / Math.max(1, height) || 1;

/** The largest small version there is. */
function shownOf({ query }: SearchAnswer): Shown | undefined {
  const { media, upload } = pictureOf(query);
  if (media) return { source: thumbnail(media, 640), ratio: ratioOf(media), media };
  return upload ? { source: uploadThumbnail(upload.id, 640), ratio: ratioOf(upload), media: undefined } : undefined;
}

/** What the loaded model sees now, or what any has seen before. */
function useBoxes(answer: SearchAnswer, mediaId: number | undefined): readonly BoxSeen[] {
  const fresh = answer.infer.detections;
  const stored = useQuery({ ...detections(mediaId ?? 0), enabled: !fresh && mediaId !== undefined }).data?.detections;
  return fresh ?? stored ?? [];
}

interface QueryPictureProps {
  answer: SearchAnswer;
  region: Part | undefined;
  onRegion: (part: Part | undefined, isStep: boolean) => void;
  onRandom: () => void;
}

export function QueryPicture({ answer, region, onRegion, onRandom }: QueryPictureProps) {
  const shown = shownOf(answer);
  const boxes = useBoxes(answer, shown?.media?.id);
  const veil = useVeil();
  if (!shown) return null;
  const pick = (part: Part) => onRegion(part, false);
  const classes = answer.infer.classifications ?? [];
  return (
    <div className={styles.query}>
      <RegionPicker part={region} onPick={onRegion} label={words.part} ratio={shown.ratio}>
        <img
          className={clsx(styles.picture, shown.media && veil(shown.media) && styles.veiled)}
          src={shown.source}
          alt={words.picture}
          draggable={false}
        />
        <Boxes boxes={boxes} onPick={pick} labelOf={({ label }) => words.search(plain(label) || words.thing)} />
      </RegionPicker>
      <div className={styles.queryTools}>
        {region ? (
          <button type="button" className={buttonClass("quiet")} onClick={() => onRegion(undefined, false)}>
            <Maximize size={16} aria-hidden />
            {words.whole}
          </button>
        ) : (
          <p className={styles.hint}>
            <span className={styles.byMouse}>{words.draw}</span>
            <span className={styles.byTouch}>{words.drag}</span>
          </p>
        )}
        <span className={styles.pushed} />
        <IconButton label={strings.search.another} onClick={onRandom}>
          <Dices size={18} strokeWidth={1.75} aria-hidden />
        </IconButton>
        {shown.media && (
          <Link
            to="/media/id/$id"
            params={{ id: `${shown.media.id}` }}
            className={buttonClass("quiet", true)}
            aria-label={words.open}
            title={words.open}
          >
            <ExternalLink size={16} strokeWidth={1.75} aria-hidden />
          </Link>
        )}
      </div>
      {classes.length > 0 && (
        <p className={styles.hint}>
          {words.found}: {classes.map(({ label }) => plain(label)).join(", ")}
        </p>
      )}
      {answer.infer.error && <p className={styles.wrong}>{answer.infer.error}</p>}
    </div>
  );
}
