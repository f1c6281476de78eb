/** Edit, archive and delete a collection. */
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Archive, ArchiveRestore, Ellipsis, Pencil, Trash2 } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import { type ReactNode, useState } from "react";
import {
  type Counted,
  changeCollection,
  collections,
  deleteCollection,
  refreshCollections,
} from "../../api/collections";
import { Button, buttonClass } from "../../parts/Button";
import { current } from "../../parts/collect/collecting";
import { Dialog } from "../../parts/Dialog";
import menu from "../../parts/Menu.module.css";
import { say, sayFailure } from "../../parts/toasts";
import { strings } from "../../strings";
import { CollectionForm } from "./CollectionForm";

const words = strings.collections;

/** Shows the change at once, and the way back. */
function useArchive({ id, title }: Counted): (archived: boolean) => Promise<void> {
  const client = useQueryClient();
  const archive = async (archived: boolean): Promise<void> => {
    const before = client.getQueryData(collections.queryKey);
    client.setQueryData(collections.queryKey, (all) => all?.map((one) => (one.id === id ? { ...one, archived } : one)));
    try {
      await changeCollection(id, { archived });
      if (archived && current.read()?.id === id) current.write(undefined);
      const undo = { label: strings.parts.undo, run: () => void archive(!archived) };
      say(archived ? words.wasArchived(title) : words.wasUnarchived(title), { action: undo });
    } catch (error) {
      client.setQueryData(collections.queryKey, before);
      sayFailure(error);
    } finally {
      void refreshCollections();
    }
  };
  return archive;
}

function Item({ icon, onSelect, children }: { icon: ReactNode; onSelect: () => void; children: ReactNode }) {
  return (
    <DropdownMenu.Item className={menu.item} onSelect={onSelect}>
      {icon}
      {children}
    </DropdownMenu.Item>
  );
}

function DeleteDialog({ of: one, isOpen, onClose }: { of: Counted; isOpen: boolean; onClose: () => void }) {
  const navigate = useNavigate();
  const [isBusy, setBusy] = useState(false);
  const remove = async () => {
    setBusy(true);
    try {
      await deleteCollection(one.id);
      if (current.read()?.id === one.id) current.write(undefined);
      await navigate({ to: "/collections", replace: true });
      say(words.deleted(one.title));
      void refreshCollections();
    } catch (error) {
      sayFailure(error);
    } finally {
      setBusy(false);
      onClose();
    }
  };
  const foot = (
    <>
      <Button onClick={onClose}>{strings.parts.cancel}</Button>
      <Button kind="danger" isBusy={isBusy} onClick={() => void remove()}>
        {words.delete}
      </Button>
    </>
  );
  return (
    <Dialog title={words.deleteTitle(one.title)} isOpen={isOpen} onClose={onClose} foot={foot}>
      <p>{words.deleteHint(one.count)}</p>
    </Dialog>
  );
}

export function CollectionMenu({ collection }: { collection: Counted }) {
  const [open, setOpen] = useState<"edit" | "delete">();
  const archive = useArchive(collection);
  const { archived } = collection;
  const close = () => setOpen(undefined);
  return (
    <>
      <DropdownMenu.Root modal={false}>
        <DropdownMenu.Trigger className={buttonClass("quiet", true)} aria-label={words.more} title={words.more}>
          <Ellipsis size={18} aria-hidden />
        </DropdownMenu.Trigger>
        <DropdownMenu.Portal>
          <DropdownMenu.Content className={menu.menu} align="end" sideOffset={6} collisionPadding={8}>
            <Item icon={<Pencil size={18} aria-hidden />} onSelect={() => setOpen("edit")}>
              {words.edit}
            </Item>
            <Item
              icon={archived ? <ArchiveRestore size={18} aria-hidden /> : <Archive size={18} aria-hidden />}
              onSelect={() => void archive(!archived)}
            >
              {archived ? words.unarchive : words.archive}
            </Item>
            <Item icon={<Trash2 size={18} aria-hidden />} onSelect={() => setOpen("delete")}>
              {words.delete}
            </Item>
          </DropdownMenu.Content>
        </DropdownMenu.Portal>
      </DropdownMenu.Root>
      <CollectionForm isOpen={open === "edit"} onClose={close} old={collection} />
      <DeleteDialog of={collection} isOpen={open === "delete"} onClose={close} />
    </>
  );
}
