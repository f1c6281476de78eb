/** How full the disk is, and of what. */
import type { CSSProperties } from "react";
import type { Status } from "../../api/types";
import { percent, bytes as size, strings } from "../../strings";
import styles from "./Dashboard.module.css";
import { isNearlyFull, sharesOf } from "./disk";

const words = strings.dashboard;

export function Disk({ bytes }: Pick<Status, "bytes">) {
  const shares = sharesOf(bytes);
  return (
    <section className={styles.part}>
      <h2>{words.disk}</h2>
      <p>{words.diskFree(size(bytes.free), size(bytes.total))}</p>
      {isNearlyFull(bytes) && <p className={styles.bad}>{words.diskLow}</p>}
      <div className={styles.disk} aria-hidden>
        {shares.map(({ name, part }) => (
          <span key={name} className={styles.share} data-share={name} style={{ "--part": part } as CSSProperties} />
        ))}
      </div>
      <dl className={styles.shares}>
        {shares.map(({ name, bytes: each, part }) => (
          <div key={name}>
            <dt>
              <span className={styles.swatch} data-share={name} aria-hidden />
              {words.parts[name]}
            </dt>
            <dd>
              {size(each)} <span className={styles.quiet}>{percent(part, 1)}</span>
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
