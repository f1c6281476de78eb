/** Exporting a collection: starts the task, shows how far it is, and keeps the archives at hand. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Download, FileArchive, Trash2 } from "lucide-react";
import { useState } from "react";
import { type Counted, collectionExports, deleteExport, startExport } from "../../api/collections";
import { cancelJob } from "../../api/jobs";
import { useLive, useLiveTask } from "../../api/live";
import type { FinishedExport } from "../../api/types";
import { Button, buttonClass, IconButton } from "../../parts/Button";
import { Dialog } from "../../parts/Dialog";
import { ProgressBar } from "../../parts/ProgressBar";
import { Failed } from "../../parts/States";
import { sayFailure } from "../../parts/toasts";
import { bytes, dateAndTime, strings } from "../../strings";
import styles from "./Collection.module.css";
import { useExportEnd } from "./useExportEnd";

const words = strings.collections.export;

function Running({ uuid }: { uuid: string }) {
  const task = useLiveTask(uuid);
  const { current = 0, total } = task?.progress ?? {};
  return (
    <div className={styles.running}>
      <p aria-live="polite">
        {task?.status === "queued" ? words.waiting : words.running}
        {total ? ` · ${strings.parts.progress(current, total)}` : ""}
      </p>
      <ProgressBar label={words.running} current={current} total={total} />
      <Button onClick={() => void cancelJob(uuid).catch(sayFailure)}>{words.cancel}</Button>
    </div>
  );
}

function Archive({ one, onRemove }: { one: FinishedExport; onRemove: () => void }) {
  return (
    <li className={styles.archive}>
      <FileArchive size={20} strokeWidth={1.5} aria-hidden />
      <span className={styles.archiveText}>
        <span>{dateAndTime(one.created_at)}</span>
        <span className={styles.quiet}>
          {one.name} · {bytes(one.bytes)}
        </span>
      </span>
      <a
        className={buttonClass("quiet", true)}
        href={one.url}
        download
        aria-label={words.download(one.name)}
        title={words.download(one.name)}
      >
        <Download size={18} aria-hidden />
      </a>
      <IconButton label={words.remove(one.name)} onClick={onRemove}>
        <Trash2 size={18} aria-hidden />
      </IconButton>
    </li>
  );
}

/** Takes an archive from the list at once, and puts it back when the server refuses. */
function useRemoveArchive(id: number): (name: string) => Promise<void> {
  const client = useQueryClient();
  const { queryKey } = collectionExports(id);
  return async (name) => {
    const before = client.getQueryData(queryKey);
    client.setQueryData(queryKey, (all) => all?.filter((one) => one.name !== name));
    try {
      await deleteExport(id, name);
    } catch (error) {
      client.setQueryData(queryKey, before);
      sayFailure(error);
    } finally {
      void client.invalidateQueries({ queryKey });
    }
  };
}

function Archives({ id }: { id: number }) {
  const list = useQuery(collectionExports(id));
  const remove = useRemoveArchive(id);
  if (list.isError && !list.data) {
    return <Failed title={words.failed} error={list.error} onAgain={() => void list.refetch()} />;
  }
  if (!list.data) return <p className={styles.quiet}>{strings.parts.loading}</p>;
  if (list.data.length === 0) return <p className={styles.quiet}>{words.none}</p>;
  return (
    <ul aria-label={words.list}>
      {list.data.map((one) => (
        <Archive key={one.name} one={one} onRemove={() => void remove(one.name)} />
      ))}
    </ul>
  );
}

interface BodyProps {
  collection: Counted;
  uuid: string | undefined;
  isStarting: boolean;
  onStart: () => void;
}

function Body({ collection, uuid, isStarting, onStart }: BodyProps) {
  return (
    <div className={styles.export}>
      <p>{words.hint}</p>
      {uuid ? (
        <Running uuid={uuid} />
      ) : (
        <Button kind="primary" isBusy={isStarting} disabled={collection.count === 0} onClick={onStart}>
          {words.start}
        </Button>
      )}
      <h3>{words.list}</h3>
      <Archives id={collection.id} />
    </div>
  );
}

export function Export({ collection }: { collection: Counted }) {
  const [isOpen, setOpen] = useState(false);
  const [uuid, setUuid] = useState<string>();
  const [isStarting, setStarting] = useState(false);
  const { connection } = useLive();
  useExportEnd(uuid, collection.id, () => setUuid(undefined));
  const start = () => {
    setStarting(true);
    startExport(collection.id)
      .then(setUuid, sayFailure)
      .finally(() => setStarting(false));
  };
  return (
    <>
      <Button
        icon={<FileArchive size={18} aria-hidden />}
        aria-busy={uuid !== undefined}
        data-connection={connection}
        onClick={() => setOpen(true)}
      >
        {words.title}
      </Button>
      <Dialog title={words.title} isOpen={isOpen} onClose={() => setOpen(false)}>
        <Body collection={collection} uuid={uuid} isStarting={isStarting} onStart={start} />
      </Dialog>
    </>
  );
}
