/** The picture of the active point, beside it: to look at while one points, and to act upon once it was picked. */
import { Link } from "@tanstack/react-router";
import { ExternalLink, FolderPlus, ScanSearch, X } from "lucide-react";
import { buttonClass, IconButton } from "../../parts/Button";
import { collect } from "../../parts/collect/collecting";
import { Picture } from "../../parts/Picture";
import { useVeil } from "../../parts/veil";
import { useSearchWith } from "../../state/searchWith";
import { strings } from "../../strings";
import styles from "./Preview.module.css";
import { pictureOf } from "./picture";

const words = strings.map;
/** In CSS pixels. */
const SIDE = 160;

interface PreviewProps {
  id: number;
  isGraphic: boolean;
  /** It stays, and can be acted upon. */
  isPinned: boolean;
  onClose: () => void;
}

function Actions({ id, onClose }: Pick<PreviewProps, "id" | "onClose">) {
  const searchWith = useSearchWith();
  return (
    <div className={styles.cardTools}>
      <IconButton label={words.search} onClick={() => searchWith.media(id)}>
        <ScanSearch size={18} aria-hidden />
      </IconButton>
      <IconButton label={words.collect} onClick={() => collect([id])}>
        <FolderPlus size={18} aria-hidden />
      </IconButton>
      <Link
        to="/media/id/$id"
        params={{ id: `${id}` }}
        className={buttonClass("quiet", true)}
        aria-label={words.open}
        title={words.open}
      >
        <ExternalLink size={18} aria-hidden />
      </Link>
      <IconButton label={words.close} onClick={onClose}>
        <X size={18} aria-hidden />
      </IconButton>
    </div>
  );
}

export function Preview({ id, isGraphic, isPinned, onClose }: PreviewProps) {
  const isVeiled = useVeil();
  const media = pictureOf(id, isGraphic);
  return (
    <section className={styles.card} data-pinned={isPinned} aria-label={words.preview(id)}>
      <Link to="/media/id/$id" params={{ id: `${id}` }} className={styles.cardPicture} tabIndex={isPinned ? 0 : -1}>
        <Picture key={id} media={media} size={SIDE} isVeiled={isVeiled(media)} />
      </Link>
      <p className={styles.cardTitle} role={isPinned ? undefined : "status"}>
        {words.preview(id)}
      </p>
      {isPinned && <Actions id={id} onClose={onClose} />}
    </section>
  );
}
