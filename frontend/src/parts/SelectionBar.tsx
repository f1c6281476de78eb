/** What can be done with what is selected, at the foot of the window. Views put their own buttons beside. */
import { FolderInput, FolderPlus, X } from "lucide-react";
import type { ReactNode } from "react";
import { useKeys } from "../keys/useKeys";
import { useKept } from "../state/kept";
import { NOTHING } from "../state/selection";
import { strings } from "../strings";
import { Button, IconButton } from "./Button";
import { choose, collect, current } from "./collect/collecting";
import type { SelectionState } from "./grid/types";
import styles from "./SelectionBar.module.css";

const words = strings.parts.grid;

function Collect({ ids, mustAsk }: { ids: readonly number[]; mustAsk: boolean }) {
  const [to] = useKept(current);
  const icon = <FolderPlus size={18} aria-hidden />;
  if (!to || mustAsk) {
    return (
      <Button kind="primary" icon={icon} onClick={() => choose(ids)}>
        {words.collect}
      </Button>
    );
  }
  return (
    <>
      <Button kind="primary" icon={icon} onClick={() => collect(ids)}>
        <span className={styles.long}>{strings.collect.to(to.title)}</span>
      </Button>
      <IconButton label={strings.collect.another} onClick={() => choose(ids)}>
        <FolderInput size={18} aria-hidden />
      </IconButton>
    </>
  );
}

interface SelectionBarProps {
  selection: SelectionState;
  canCollect?: boolean;
  /** Asks which collection each time: the current one is the one that is shown. */
  mustAsk?: boolean;
  children?: ReactNode;
}

export function SelectionBar({ selection, canCollect = true, mustAsk = false, children }: SelectionBarProps) {
  const ids = [...selection.value.ids];
  const onCollect = mustAsk ? choose : collect;
  useKeys({ collect: () => (canCollect && ids.length > 0 ? onCollect(ids) : false) });
  if (ids.length === 0) return null;
  return (
    <section className={styles.bar} aria-label={words.selected(ids.length)} data-no-marquee>
      <p className={styles.count} role="status">
        {words.selected(ids.length)}
      </p>
      <div className={styles.tools}>
        {canCollect && <Collect ids={ids} mustAsk={mustAsk} />}
        {children}
        <IconButton label={words.clear} onClick={() => selection.change(NOTHING)}>
          <X size={18} aria-hidden />
        </IconButton>
      </div>
    </section>
  );
}
