/** Asks for what a task needs, and starts it. */
import { type FormEvent, useId, useState } from "react";
import { ApiError } from "../../../api/errors";
import { runTask } from "../../../api/jobs";
import type { TaskKind } from "../../../api/types";
import { Button } from "../../../parts/Button";
import { Dialog } from "../../../parts/Dialog";
import { wordsOf } from "../../../parts/States";
import { strings } from "../../../strings";
import { useActions } from "../useActions";
import { kindName } from "../words";
import { paramsOf, placed, type Values } from "./fields";
import styles from "./Start.module.css";
import { TaskField } from "./TaskField";

const words = strings.work.start;

interface Wrong {
  shown: Readonly<Record<string, string>>;
  others: string;
}
const NOTHING_WRONG: Wrong = { shown: {}, others: "" };

function wrongOf(error: unknown, params: readonly string[]): Wrong {
  if (error instanceof ApiError && Object.keys(error.fields).length > 0) return placed(error.fields, params);
  return { shown: {}, others: wordsOf(error) };
}

interface FormProps {
  kind: TaskKind;
  id: string;
  onBusy: (isBusy: boolean) => void;
  onDone: (uuid: string) => void;
}

function Form({ kind, id, onBusy, onDone }: FormProps) {
  const [values, setValues] = useState<Values>({});
  const [wrong, setWrong] = useState(NOTHING_WRONG);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    onBusy(true);
    setWrong(NOTHING_WRONG);
    try {
      onDone(await runTask(kind.key, paramsOf(kind, values)));
    } catch (error) {
      setWrong(wrongOf(error, kind.params));
    } finally {
      onBusy(false);
    }
  };
  return (
    <form id={id} className={styles.form} onSubmit={submit}>
      <p>{words.about[kind.key]}</p>
      {kind.params.length === 0 && <p className={styles.quiet}>{words.nothing}</p>}
      {kind.params.map((param) => (
        <TaskField
          key={param}
          task={kind.key}
          param={param}
          value={values[param] ?? ""}
          error={wrong.shown[param]}
          onChange={(value) => setValues((before) => ({ ...before, [param]: value }))}
        />
      ))}
      {wrong.others && (
        <p className={styles.error} role="alert">
          {wrong.others}
        </p>
      )}
    </form>
  );
}

export function TaskDialog({ kind, onClose }: { kind: TaskKind | undefined; onClose: () => void }) {
  const id = useId();
  const { tell } = useActions();
  const [isBusy, setBusy] = useState(false);
  const done = (uuid: string) => {
    onClose();
    tell(strings.work.begun, uuid);
  };
  const foot = (
    <>
      <Button onClick={onClose}>{strings.parts.cancel}</Button>
      <Button kind="primary" type="submit" form={id} isBusy={isBusy}>
        {words.go}
      </Button>
    </>
  );
  return (
    <Dialog title={kind ? kindName(kind.key, [kind]) : ""} isOpen={kind !== undefined} onClose={onClose} foot={foot}>
      {kind && <Form key={kind.key} kind={kind} id={id} onBusy={setBusy} onDone={done} />}
    </Dialog>
  );
}
