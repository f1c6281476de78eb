/** Collections to drop pictures on; it comes up while some are dragged. */
import { useQuery } from "@tanstack/react-query";
import clsx from "clsx";
import { Folder, FolderPlus } from "lucide-react";
import { type DragEvent, type ReactNode, useState } from "react";
import { collections } from "../../api/collections";
import { strings } from "../../strings";
import { choose, collectInto, current } from "./collecting";
import styles from "./DropShelf.module.css";

const words = strings.collect;
/** More do not fit; the rest are behind "Another one". */
const MOST = 6;

function Target({ title, icon, onDrop }: { title: string; icon: ReactNode; onDrop: () => void }) {
  const [isOver, setOver] = useState(false);
  const over = (event: DragEvent) => {
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
    setOver(true);
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    onDrop();
  };
  return (
    <li
      className={clsx(styles.target, isOver && styles.over)}
      onDragEnter={over}
      onDragOver={over}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      {icon}
      <span className={styles.title}>{title}</span>
    </li>
  );
}

export function DropShelf({ ids }: { ids: readonly number[] }) {
  const { data = [] } = useQuery(collections);
  const last = current.read()?.id;
  const open = data.filter(({ archived }) => !archived);
  const sorted = [...open.filter(({ id }) => id === last), ...open.filter(({ id }) => id !== last)].slice(0, MOST);
  return (
    <section className={styles.shelf} aria-label={words.dropHere} data-takes-drops>
      <p className={styles.words}>{words.dropHere}</p>
      <ul className={styles.targets}>
        {sorted.map((one) => (
          <Target
            key={one.id}
            title={one.title}
            icon={<Folder size={20} strokeWidth={1.75} aria-hidden />}
            onDrop={() => void collectInto(one, ids)}
          />
        ))}
        <Target
          title={words.dropNew}
          icon={<FolderPlus size={20} strokeWidth={1.75} aria-hidden />}
          onDrop={() => choose(ids)}
        />
      </ul>
    </section>
  );
}
