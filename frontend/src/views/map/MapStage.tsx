/** The place of the map while it is on its way. */
import { strings } from "../../strings";
import styles from "./Map.module.css";

export function MapStage() {
  return (
    <div className={styles.map} role="status" aria-busy="true">
      <p className={styles.loading}>{strings.map.loading}</p>
    </div>
  );
}
