/** Settings, building anew, archiving and deleting a feature. */
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Archive, ArchiveRestore, Ellipsis, Hammer, Settings, Trash2 } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import { type ReactNode, useState } from "react";
import { changeFeature, deleteFeature, refreshFeatures, refreshOtherFeatures } from "../../api/features";
import { features } from "../../api/queries";
import type { Feature } from "../../api/types";
import { Button, buttonClass } from "../../parts/Button";
import { Dialog } from "../../parts/Dialog";
import menu from "../../parts/Menu.module.css";
import { useStart } from "../../parts/runs/useStart";
import { say, sayFailure } from "../../parts/toasts";
import { strings } from "../../strings";
import { ChangeFeature } from "./ChangeFeature";

const words = strings.features;

interface FeatureMenuProps {
  feature: Feature;
  name: string;
  /** It is being built: nothing else is begun. */
  isBusy: boolean;
}

/** Shows the change at once, and the way back. */
function useArchive({ feature: { id }, name }: FeatureMenuProps): (active: boolean) => Promise<void> {
  const client = useQueryClient();
  const archive = async (active: boolean): Promise<void> => {
    const { queryKey } = features;
    await client.cancelQueries({ queryKey, exact: true });
    const before = client.getQueryData(queryKey);
    client.setQueryData(queryKey, (all) => all?.map((one) => (one.id === id ? { ...one, active } : one)));
    try {
      await changeFeature(id, { active });
      const undo = { label: strings.parts.undo, run: () => void archive(!active) };
      say(active ? words.wasUnarchived(name) : words.wasArchived(name), { action: undo });
    } catch (error) {
      client.setQueryData(queryKey, before);
      sayFailure(error);
    } finally {
      void refreshFeatures();
    }
  };
  return archive;
}

function DeleteDialog({ of: { feature, name }, isOpen, onClose }: Asked) {
  const navigate = useNavigate();
  const [isBusy, setBusy] = useState(false);
  const remove = async () => {
    setBusy(true);
    try {
      await deleteFeature(feature.id);
      await navigate({ to: "/features", replace: true });
      say(words.deleted(name));
      void refreshOtherFeatures(feature.id);
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
    <Dialog title={words.deleteTitle(name)} isOpen={isOpen} onClose={onClose} foot={foot}>
      <p>{words.deleteHint}</p>
    </Dialog>
  );
}

interface Asked {
  of: FeatureMenuProps;
  isOpen: boolean;
  onClose: () => void;
}

interface ItemProps {
  icon: ReactNode;
  isDisabled?: boolean;
  onSelect: () => void;
  children: ReactNode;
}

function Item({ icon, isDisabled = false, onSelect, children }: ItemProps) {
  return (
    <DropdownMenu.Item className={menu.item} disabled={isDisabled} onSelect={onSelect}>
      {icon}
      {children}
    </DropdownMenu.Item>
  );
}

function Items({ of, open }: { of: FeatureMenuProps; open: (what: "change" | "delete") => void }) {
  const { feature, isBusy } = of;
  const { isStarting, start } = useStart();
  const archive = useArchive(of);
  const { id, active, processed_at } = feature;
  return (
    <>
      <Item icon={<Settings size={18} aria-hidden />} onSelect={() => open("change")}>
        {words.settings}
      </Item>
      <Item
        icon={<Hammer size={18} aria-hidden />}
        isDisabled={isBusy || isStarting || processed_at == null}
        onSelect={() => start("update_index", { feature_id: id, rebuild: true })}
      >
        {words.rebuild}
      </Item>
      <Item
        icon={active ? <Archive size={18} aria-hidden /> : <ArchiveRestore size={18} aria-hidden />}
        onSelect={() => void archive(!active)}
      >
        {active ? words.archive : words.unarchive}
      </Item>
      <Item icon={<Trash2 size={18} aria-hidden />} isDisabled={isBusy} onSelect={() => open("delete")}>
        {words.delete}
      </Item>
    </>
  );
}

export function FeatureMenu(props: FeatureMenuProps) {
  const [open, setOpen] = useState<"change" | "delete">();
  const close = () => setOpen(undefined);
  return (
    <>
      <DropdownMenu.Root modal={false}>
        <DropdownMenu.Trigger
          className={buttonClass("quiet", true)}
          aria-label={words.moreOf(props.name)}
          title={words.more}
        >
          <Ellipsis size={18} aria-hidden />
        </DropdownMenu.Trigger>
        <DropdownMenu.Portal>
          <DropdownMenu.Content className={menu.menu} align="end" sideOffset={6} collisionPadding={8}>
            <Items of={props} open={setOpen} />
          </DropdownMenu.Content>
        </DropdownMenu.Portal>
      </DropdownMenu.Root>
      <ChangeFeature isOpen={open === "change"} feature={props.feature} onClose={close} />
      <DeleteDialog of={props} isOpen={open === "delete"} onClose={close} />
    </>
  );
}
