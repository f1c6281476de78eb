/** Asks which collection pictures are put into: type to find one, or to name a new one. */
import { useQuery } from "@tanstack/react-query";
import clsx from "clsx";
import { Folder, FolderPlus } from "lucide-react";
import { type KeyboardEvent, useId, useState } from "react";
import { collections, createCollection, refreshCollections } from "../../api/collections";
import { number, strings } from "../../strings";
import { Dialog } from "../Dialog";
import { Failed } from "../States";
import { sayFailure } from "../toasts";
import styles from "./CollectDialog.module.css";
import { type Choice, choices } from "./choices";
import { type Current, chosen, collectInto, current } from "./collecting";

const words = strings.collect;
const LONGEST_TITLE = 64;

function Line({ choice, isLast }: { choice: Choice; isLast: boolean }) {
  if (choice.is === "new") {
    return (
      <>
        <FolderPlus size={18} strokeWidth={1.75} aria-hidden />
        <span className={styles.title}>{words.create(choice.title)}</span>
      </>
    );
  }
  return (
    <>
      <Folder size={18} strokeWidth={1.75} aria-hidden />
      <span className={styles.title}>{choice.collection.title}</span>
      {isLast && <span className={styles.note}>{words.current}</span>}
      <span className={styles.note}>{number(choice.collection.count)}</span>
    </>
  );
}

function Choices({ ids }: { ids: readonly number[] }) {
  const list = useQuery(collections);
  const [typed, setTyped] = useState("");
  const [at, setAt] = useState(0);
  const listId = useId();
  const last = current.read()?.id;
  const shown = choices(list.data ?? [], typed, last);
  const active = Math.min(at, shown.length - 1);
  const take = async (choice: Choice | undefined) => {
    if (!choice) return;
    chosen();
    try {
      const to: Current =
        choice.is === "old" ? choice.collection : await createCollection({ title: choice.title, notes: "" });
      await collectInto(to, ids);
    } catch (error) {
      sayFailure(error);
    } finally {
      void refreshCollections();
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined && event.key !== "Enter") return;
    event.preventDefault();
    if (step === undefined) void take(shown[active]);
    else setAt(Math.max(0, Math.min(shown.length - 1, active + step)));
  };
  const hint = typed ? words.noneFound : words.none;
  if (list.isError) return <Failed title={words.failed} error={list.error} onAgain={() => void list.refetch()} />;
  return (
    <>
      <input
        className={styles.input}
        role="combobox"
        aria-expanded
        aria-controls={listId}
        aria-autocomplete="list"
        aria-activedescendant={shown[active] && `${listId}-${active}`}
        aria-label={words.find}
        placeholder={words.find}
        maxLength={LONGEST_TITLE}
        value={typed}
        onChange={({ currentTarget }) => {
          setTyped(currentTarget.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
      />
      {list.isSuccess && shown.length === 0 && <p className={styles.hint}>{hint}</p>}
      <div id={listId} role="listbox" aria-label={words.find} className={styles.list}>
        {shown.map((choice, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the box above has the focus and the keys
          <div
            key={choice.is === "new" ? "new" : choice.collection.id}
            id={`${listId}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === active}
            className={clsx(styles.choice, index === active && styles.active)}
            onPointerMove={() => setAt(index)}
            onClick={() => void take(choice)}
          >
            <Line choice={choice} isLast={choice.is === "old" && choice.collection.id === last} />
          </div>
        ))}
      </div>
    </>
  );
}

export function CollectDialog({ ids }: { ids: readonly number[] | undefined }) {
  return (
    <Dialog title={words.choose(ids?.length ?? 0)} isOpen={ids !== undefined} onClose={chosen}>
      {ids && <Choices ids={ids} />}
    </Dialog>
  );
}
