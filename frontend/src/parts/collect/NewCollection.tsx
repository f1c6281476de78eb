/** Asks for the title of a new collection, on the spot. */
import { type FormEvent, useEffect, useState } from "react";
import { ApiError } from "../../api/errors";
import { strings } from "../../strings";
import { Button } from "../Button";
import { Dialog } from "../Dialog";
import { wordsOf } from "../States";
import styles from "./Collect.module.css";
import type { Collecting } from "./useCollect";

const words = strings.collect.form;
const LONGEST = 64;

/** What is wrong with the title, in the server's words where it said some. */
function reason(error: unknown): string {
  return (error instanceof ApiError && error.fields.title?.[0]) || wordsOf(error);
}

function Form({ collecting }: { collecting: Collecting }) {
  const [title, setTitle] = useState("");
  const [wrong, setWrong] = useState("");
  const [isBusy, setBusy] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (title.trim() === "") return setWrong(words.blank);
    setBusy(true);
    collecting.make(title.trim()).catch((error: unknown) => {
      setWrong(reason(error));
      setBusy(false);
    });
  };
  return (
    <form className={styles.form} onSubmit={submit} noValidate>
      <label className={styles.field}>
        <span>{words.name}</span>
        <input
          className={styles.input}
          name="title"
          value={title}
          maxLength={LONGEST}
          autoComplete="off"
          // biome-ignore lint/a11y/noAutofocus: the dialog was opened to write just this
          autoFocus
          aria-invalid={wrong !== ""}
          aria-describedby="new-collection-hint"
          onChange={({ currentTarget }) => setTitle(currentTarget.value)}
        />
      </label>
      <p id="new-collection-hint" className={wrong ? styles.wrong : styles.hint} role={wrong ? "alert" : undefined}>
        {wrong || words.hint(collecting.asked?.length ?? 0)}
      </p>
      <div className={styles.buttons}>
        <Button onClick={collecting.cancel}>{strings.parts.cancel}</Button>
        <Button type="submit" kind="primary" isBusy={isBusy}>
          {words.save}
        </Button>
      </div>
    </form>
  );
}

export function NewCollection({ collecting }: { collecting: Collecting }) {
  const isOpen = collecting.asked !== undefined;
  const { cancel } = collecting;
  // What asks may go away while the question stands.
  useEffect(() => cancel, [cancel]);
  return (
    <Dialog title={words.title} isOpen={isOpen} onClose={cancel}>
      <Form collecting={collecting} />
    </Dialog>
  );
}
