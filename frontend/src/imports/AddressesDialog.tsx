/** Lets the server fetch pictures from the internet into the library. */
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { ApiError } from "../api/errors";
import { runTask } from "../api/jobs";
import { Button } from "../parts/Button";
import { Dialog } from "../parts/Dialog";
import { LongTextField } from "../parts/Field";
import { wordsOf } from "../parts/States";
import { say } from "../parts/toasts";
import { strings } from "../strings";

const words = strings.imports;

function reasonOf(error: unknown): string {
  const fields = error instanceof ApiError ? Object.values(error.fields).flat() : [];
  return fields.length > 0 ? fields.join(" ") : wordsOf(error);
}

export function AddressesDialog({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const [text, setText] = useState("");
  const [error, setError] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const navigate = useNavigate();
  const urls = text.split(/\s+/).filter(Boolean);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (urls.length === 0) return;
    setBusy(true);
    setError(undefined);
    try {
      await runTask("import", { urls, update_index: true });
      setText("");
      onClose();
      say(words.begun, { action: { label: words.watch, run: () => void navigate({ to: "/work" }) } });
    } catch (failure) {
      setError(reasonOf(failure));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog title={words.addressesTitle} isOpen={isOpen} onClose={onClose}>
      <form onSubmit={submit}>
        <LongTextField
          label={words.addressesLabel}
          hint={words.addressesHint}
          error={error}
          spellCheck={false}
          value={text}
          onChange={({ currentTarget }) => setText(currentTarget.value)}
        />
        <Button kind="primary" type="submit" isBusy={isBusy} disabled={urls.length === 0}>
          {words.begin}
        </Button>
      </form>
    </Dialog>
  );
}
