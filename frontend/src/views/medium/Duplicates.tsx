/** Other media with exactly the same bytes. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { sameBytes } from "../../api/media";
import type { Media } from "../../api/types";
import { Picture } from "../../parts/Picture";
import { useVeil } from "../../parts/veil";
import { strings } from "../../strings";
import styles from "./Details.module.css";

/** In CSS pixels. */
const SIDE = 64;

export function Duplicates({ of: { id } }: { of: Media }) {
  const veil = useVeil();
  const { data = [] } = useQuery(sameBytes(id));
  if (data.length === 0) return null;
  return (
    <section className={styles.block}>
      <h2>{strings.medium.duplicates}</h2>
      <ul className={styles.pictures}>
        {data.map((one) => (
          <li key={one.id}>
            <Link to="/media/id/$id" params={{ id: `${one.id}` }} className={styles.picture}>
              <Picture media={one} size={SIDE} isVeiled={veil(one)} />
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}
