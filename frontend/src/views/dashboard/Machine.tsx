/** The server itself: its version, how long it runs, and where its networks run. */
import { Cpu, Gpu } from "lucide-react";
import { useLive } from "../../api/live";
import type { Status } from "../../api/types";
import { useNow } from "../../state/now";
import { duration, strings } from "../../strings";
import styles from "./Dashboard.module.css";

const words = strings.dashboard;

interface MachineProps {
  status: Status;
  /** When the answer came, in milliseconds since 1970: the time since then goes by here. */
  at: number;
}

export function Machine({ status, at }: MachineProps) {
  const { connection } = useLive();
  const now = useNow(1000);
  const uptime = status.uptime_seconds + Math.max(0, now - at) / 1000;
  return (
    <section className={styles.part}>
      <h2>{words.machine}</h2>
      <dl className={styles.facts}>
        <div>
          <dt>{words.version}</dt>
          <dd>{status.version}</dd>
        </div>
        <div>
          <dt>{words.uptime}</dt>
          <dd>{duration(Math.max(1, Math.floor(uptime)))}</dd>
        </div>
        <div>
          <dt>{words.live}</dt>
          <dd>{strings.shell.live[connection]}</dd>
        </div>
      </dl>
      <h3>{words.devices}</h3>
      <ul className={styles.devices}>
        {status.devices.map(({ name, kind, up }) => {
          const Icon = kind === "cuda" ? Gpu : Cpu;
          return (
            <li key={name} className={styles.device}>
              <Icon size={18} strokeWidth={1.5} aria-hidden />
              {name}
              <span className={up ? styles.good : styles.bad}>{up ? words.up : words.down}</span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
