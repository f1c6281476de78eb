/** Says that the server, or the network, is away, for as long as it is. */
import { WifiOff } from "lucide-react";
import { useSyncExternalStore } from "react";
import { useReachable } from "../api/reach";
import { strings } from "../strings";
import styles from "./OfflineBanner.module.css";

const words = strings.shell.offline;

function watchNetwork(listener: () => void): () => void {
  window.addEventListener("online", listener);
  window.addEventListener("offline", listener);
  return () => {
    window.removeEventListener("online", listener);
    window.removeEventListener("offline", listener);
  };
}

export function OfflineBanner() {
  const isOnline = useSyncExternalStore(watchNetwork, () => navigator.onLine);
  const isReachable = useReachable();
  return (
    <div role="status" aria-live="polite">
      {!isReachable && (
        <p className={styles.banner}>
          <WifiOff size={18} aria-hidden />
          <strong>{isOnline ? words.title : words.browser}</strong> {words.remedy}
        </p>
      )}
    </div>
  );
}
