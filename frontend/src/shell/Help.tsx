/** All keys, from the map itself. */
import { Fragment } from "react";
import { COMMANDS, type Command, type Group } from "../keys/map";
import { Dialog } from "../parts/Dialog";
import { strings } from "../strings";
import styles from "./Help.module.css";

const words = strings.keys;
const SHOWN: Readonly<Record<string, string>> = {
  ArrowLeft: "←",
  ArrowRight: "→",
  ArrowUp: "↑",
  ArrowDown: "↓",
  Escape: "Esc",
  Shift: "⇧",
  Mod: /Mac|iP/.test(navigator.platform) ? "⌘" : "Ctrl",
};

function Keys({ keys }: { keys: readonly string[] }) {
  return (
    <>
      {keys.map((one) => (
        <span key={one} className={styles.keys}>
          {(one.length > 1 ? one.split(/[ +]/) : [one]).map((key) => (
            <kbd key={key}>{SHOWN[key] ?? (key.length === 1 ? key.toUpperCase() : key)}</kbd>
          ))}
        </span>
      ))}
    </>
  );
}

/** One line a title: the four arrows that extend a selection are one thing to the reader. */
function lines(group: Group): [title: string, keys: readonly string[]][] {
  const byTitle = new Map<string, readonly string[]>();
  for (const { group: own, title, keys } of Object.values(COMMANDS) as Command[]) {
    if (own === group) byTitle.set(title, [...(byTitle.get(title) ?? []), ...keys]);
  }
  return [...byTitle];
}

export function Help({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const groups = (Object.keys(words.groups) as Group[]).filter((group) => lines(group).length > 0);
  return (
    <Dialog title={words.title} isOpen={isOpen} onClose={onClose}>
      <p className={styles.note}>{words.note}</p>
      <div className={styles.groups}>
        {groups.map((group) => (
          <section key={group}>
            <h3 className={styles.group}>{words.groups[group]}</h3>
            <dl className={styles.list}>
              {lines(group).map(([title, keys]) => (
                <Fragment key={title}>
                  <dt>{title}</dt>
                  <dd>
                    <Keys keys={keys} />
                  </dd>
                </Fragment>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
