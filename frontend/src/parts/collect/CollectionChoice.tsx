/** Which collection pictures go into; a click chooses another one, or makes one. */
import { Folder } from "lucide-react";
import { useKept } from "../../state/kept";
import { strings } from "../../strings";
import { Button } from "../Button";
import styles from "./CollectDialog.module.css";
import { choose, current } from "./collecting";

const words = strings.collect;

export function CollectionChoice() {
  const [to] = useKept(current);
  const title = to?.title;
  return (
    <Button
      icon={<Folder size={16} strokeWidth={1.75} aria-hidden />}
      aria-label={title === undefined ? words.another : words.into(title)}
      title={title === undefined ? words.another : words.into(title)}
      onClick={() => choose([])}
    >
      <span className={styles.short}>{title ?? words.nowhere}</span>
    </Button>
  );
}
