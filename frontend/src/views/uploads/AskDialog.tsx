/** Asks before so many uploads are deleted that they cannot be kept for the way back. */
import { Button } from "../../parts/Button";
import { Dialog } from "../../parts/Dialog";
import { strings } from "../../strings";

const words = strings.uploads;

interface AskDialogProps {
  /** 0: nothing is asked. */
  count: number;
  onClose: () => void;
  onDelete: () => void;
}

export function AskDialog({ count, onClose, onDelete }: AskDialogProps) {
  const foot = (
    <>
      <Button onClick={onClose}>{strings.parts.cancel}</Button>
      <Button kind="danger" onClick={onDelete}>
        {words.delete}
      </Button>
    </>
  );
  return (
    <Dialog title={words.askTitle(count)} isOpen={count > 0} onClose={onClose} foot={foot}>
      <p>{words.askHint}</p>
    </Dialog>
  );
}
