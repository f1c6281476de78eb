/** Makes a collection, or changes its title and notes. */
import { type FormEvent, useEffect, useId, useState } from "react";
import { changeCollection, createCollection, refreshCollections } from "../../api/collections";
import { ApiError } from "../../api/errors";
import type { Collection } from "../../api/types";
import { Button } from "../../parts/Button";
import { Dialog } from "../../parts/Dialog";
import { LongTextField, TextField } from "../../parts/Field";
import { sayFailure } from "../../parts/toasts";
import { strings } from "../../strings";
import styles from "./Collection.module.css";

const words = strings.collections;
const LONGEST_TITLE = 64;

type Errors = Readonly<Record<string, readonly string[]>>;

interface CollectionFormProps {
  isOpen: boolean;
  onClose: () => void;
  onDone?: (collection: Collection) => void;
  /** The one to change; nothing for a new one. */
  old?: Collection | undefined;
}

interface FormProps extends Omit<CollectionFormProps, "isOpen"> {
  id: string;
  onBusy: (isBusy: boolean) => void;
}

function Form({ old, onClose, onDone, onBusy, id }: FormProps) {
  const [title, setTitle] = useState(old?.title ?? "");
  const [notes, setNotes] = useState(old?.notes ?? "");
  const [errors, setErrors] = useState<Errors>({});
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (title.trim() === "") return setErrors({ title: [words.form.required] });
    const parts = { title: title.trim(), notes };
    onBusy(true);
    try {
      const done = old ? await changeCollection(old.id, parts) : await createCollection(parts);
      onClose();
      await refreshCollections();
      onDone?.(done);
    } catch (error) {
      if (error instanceof ApiError && Object.keys(error.fields).length > 0) setErrors(error.fields);
      else sayFailure(error);
    } finally {
      onBusy(false);
    }
  };
  return (
    <form id={id} className={styles.form} onSubmit={submit}>
      <TextField
        label={words.form.title}
        error={errors.title?.join(" ")}
        required
        maxLength={LONGEST_TITLE}
        value={title}
        onChange={({ currentTarget }) => setTitle(currentTarget.value)}
      />
      <LongTextField
        label={words.form.notes}
        hint={words.form.notesHint}
        error={errors.notes?.join(" ")}
        rows={10}
        value={notes}
        onChange={({ currentTarget }) => setNotes(currentTarget.value)}
      />
    </form>
  );
}

export function CollectionForm({ isOpen, onClose, old, ...rest }: CollectionFormProps) {
  const id = useId();
  const [round, setRound] = useState(0);
  const [isBusy, setBusy] = useState(false);
  useEffect(() => {
    if (isOpen) setRound((before) => before + 1);
  }, [isOpen]);
  const foot = (
    <>
      <Button onClick={onClose}>{strings.parts.cancel}</Button>
      <Button kind="primary" type="submit" form={id} isBusy={isBusy}>
        {old ? words.save : words.create}
      </Button>
    </>
  );
  return (
    <Dialog title={old ? words.edit : words.new} isOpen={isOpen} onClose={onClose} foot={foot}>
      <Form key={round} id={id} old={old} onClose={onClose} onBusy={setBusy} {...rest} />
    </Dialog>
  );
}
