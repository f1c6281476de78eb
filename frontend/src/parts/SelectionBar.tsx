/** What can be done with what is selected, at the foot of the window. Views put their own buttons beside. */
import { FolderInput, FolderPlus, X } from "lucide-react";
import type { ReactNode } from "react";
import { useKept } from "../state/kept";
import { NOTHING } from "../state/selection";
import { strings } from "../strings";
import { Button, IconButton } from "./Button";
import { choose, collect, current } from "./collect/collecting";
import type { SelectionState } from "./grid/types";
import styles from "./SelectionBar.module.css";

const words = strings.parts.grid;

export function SelectionBar({ selection, children }: { selection: SelectionState; children?: ReactNode }) {
  const ids = [...selection.value.ids];
  const [to] = useKept(current);
  if (ids.length === 0) return null;
  return (
    <section className={styles.bar} aria-label={words.selected(ids.length)} data-no-marquee>
      <p className={styles.count} role="status">
        {words.selected(ids.length)}
      </p>
      <div className={styles.tools}>
        {to && (
          <Button kind="primary" icon={<FolderPlus size={18} aria-hidden />} onClick={() => collect(ids)}>
            <span className={styles.long}>{strings.collect.to(to.title)}</span>
          </Button>
        )}
        {to ? (
          <IconButton label={strings.collect.another} onClick={() => choose(ids)}>
            <FolderInput size={18} aria-hidden />
          </IconButton>
        ) : (
          <Button kind="primary" icon={<FolderPlus size={18} aria-hidden />} onClick={() => choose(ids)}>
            {words.collect}
          </Button>
        )}
        {children}
        <IconButton label={words.clear} onClick={() => selection.change(NOTHING)}>
          <X size={18} aria-hidden />
        </IconButton>
      </div>
    </section>
  );
}
