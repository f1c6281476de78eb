/** What there is to say about a picture of a collection: read it, or write it. */
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { collectionMedia, type MemberOrder, noteMedium, refreshCollections } from "../../api/collections";
import type { LinkedMedia } from "../../api/types";
import { Button } from "../../parts/Button";
import { Dialog } from "../../parts/Dialog";
import { LongTextField } from "../../parts/Field";
import { Picture } from "../../parts/Picture";
import { sayFailure } from "../../parts/toasts";
import { dateAndTime, strings } from "../../strings";
import styles from "./Collection.module.css";
import { withNote } from "./members";

const words = strings.collections;

interface NoteProps {
  collection: number;
  order: MemberOrder;
  onClose: () => void;
}

function useKeepNote({ collection, order }: NoteProps): (mediaId: number, notes: string) => Promise<void> {
  const client = useQueryClient();
  return async (mediaId, notes) => {
    const { queryKey } = collectionMedia(collection, order);
    const before = client.getQueryData(queryKey);
    client.setQueryData(queryKey, (pages) => pages && withNote(pages, mediaId, notes.trim() || null));
    try {
      await noteMedium(collection, mediaId, notes);
    } catch (error) {
      client.setQueryData(queryKey, before);
      sayFailure(error);
    } finally {
      void refreshCollections();
    }
  };
}

function NoteForm({ member, id, ...props }: NoteProps & { member: LinkedMedia; id: string }) {
  const [text, setText] = useState(member.notes ?? "");
  const keep = useKeepNote(props);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    props.onClose();
    if (text !== (member.notes ?? "")) void keep(member.media_id, text);
  };
  return (
    <form id={id} className={styles.noteForm} onSubmit={submit}>
      <div className={styles.noted}>
        <Picture media={member.media} size={220} />
      </div>
      <div className={styles.form}>
        <LongTextField
          label={words.noteOf(member.media_id)}
          hint={words.noteHint}
          rows={8}
          value={text}
          onChange={({ currentTarget }) => setText(currentTarget.value)}
        />
        <p className={styles.quiet}>{words.addedBy(member.username, dateAndTime(member.created_at))}</p>
      </div>
    </form>
  );
}

export function NoteDialog({ member, ...props }: NoteProps & { member: LinkedMedia | undefined }) {
  const id = useId();
  const foot = (
    <>
      <Button onClick={props.onClose}>{strings.parts.cancel}</Button>
      <Button kind="primary" type="submit" form={id}>
        {words.save}
      </Button>
    </>
  );
  return (
    <Dialog title={words.noteTitle} isOpen={member !== undefined} onClose={props.onClose} foot={foot}>
      {member && <NoteForm key={member.media_id} id={id} member={member} {...props} />}
    </Dialog>
  );
}
