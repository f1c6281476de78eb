/** A collection in the list: its first pictures, title, first line of its notes. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Folder } from "lucide-react";
import { type Counted, cover } from "../../api/collections";
import { firstLine } from "../../parts/markdown/address";
import { Picture } from "../../parts/Picture";
import { useVeil } from "../../parts/veil";
import { ago, strings } from "../../strings";
import styles from "./Collections.module.css";

const words = strings.collections;
/** Of a picture on the cover, in CSS pixels. */
const SIDE = 150;

function Cover({ id, count }: { id: number; count: number }) {
  const { data = [] } = useQuery({ ...cover(id), enabled: count > 0 });
  const veil = useVeil();
  if (count === 0) {
    return (
      <span className={styles.bare}>
        <Folder size={32} strokeWidth={1.25} aria-hidden />
      </span>
    );
  }
  return (
    <span className={styles.cover} data-count={Math.min(count, 4)}>
      {data.map((media) => (
        <span key={media.id} className={styles.part}>
          <Picture media={media} size={data.length === 1 ? 2 * SIDE : SIDE} alt="" isVeiled={veil(media)} />
        </span>
      ))}
    </span>
  );
}

export function Card({ one }: { one: Counted }) {
  const { id, title, count, notes, updated_at, created_at } = one;
  return (
    <li className={styles.card}>
      <Link to="/collections/$id" params={{ id: `${id}` }} className={styles.link}>
        <Cover id={id} count={count} />
        <span className={styles.title}>{title}</span>
        <span className={styles.quiet}>
          {words.pictures(count)} · {ago(updated_at ?? created_at)}
        </span>
        {notes && <span className={styles.note}>{firstLine(notes)}</span>}
      </Link>
    </li>
  );
}
