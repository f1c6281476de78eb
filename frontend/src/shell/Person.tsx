/** Under which name one makes things here. There are no accounts: it is a name that others read. */
import { CircleUserRound } from "lucide-react";
import { type FormEvent, useId, useState } from "react";
import { Button, IconButton } from "../parts/Button";
import { Dialog } from "../parts/Dialog";
import { TextField } from "../parts/Field";
import { useKept } from "../state/kept";
import { LONGEST_NAME, person } from "../state/person";
import { strings } from "../strings";

const words = strings.shell.person;

function Form({ id, onClose }: { id: string; onClose: () => void }) {
  const [name, setName] = useKept(person);
  const [typed, setTyped] = useState(name);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (typed.trim() !== "") setName(typed.trim());
    onClose();
  };
  return (
    <form id={id} onSubmit={submit}>
      <TextField
        label={words.name}
        hint={words.hint}
        autoComplete="nickname"
        maxLength={LONGEST_NAME}
        value={typed}
        onChange={({ currentTarget }) => setTyped(currentTarget.value)}
      />
    </form>
  );
}

export function Person() {
  const [isOpen, setOpen] = useState(false);
  const [name] = useKept(person);
  const id = useId();
  const close = () => setOpen(false);
  const foot = (
    <>
      <Button onClick={close}>{strings.parts.cancel}</Button>
      <Button kind="primary" type="submit" form={id}>
        {words.save}
      </Button>
    </>
  );
  return (
    <>
      <IconButton label={words.youAre(name)} onClick={() => setOpen(true)}>
        <CircleUserRound size={18} strokeWidth={1.75} aria-hidden />
      </IconButton>
      <Dialog title={words.title} isOpen={isOpen} onClose={close} foot={foot}>
        <Form id={id} onClose={close} />
      </Dialog>
    </>
  );
}
