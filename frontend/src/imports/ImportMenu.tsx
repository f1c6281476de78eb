/** The button that imports: files, a folder, or addresses on the internet. */
import { FilePlus2, FolderUp, Link2, Plus } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import { type ReactNode, useRef, useState } from "react";
import { Button } from "../parts/Button";
import menu from "../parts/Menu.module.css";
import { say } from "../parts/toasts";
import { strings } from "../strings";
import { AddressesDialog } from "./AddressesDialog";
import { filesOfInput } from "./files";
import { importFiles } from "./importing";

const words = strings.imports;

function Item({ icon, label, onSelect }: { icon: ReactNode; label: string; onSelect: () => void }) {
  return (
    <DropdownMenu.Item className={menu.item} onSelect={onSelect}>
      {icon}
      {label}
    </DropdownMenu.Item>
  );
}

/** Folders are picked by an attribute that only some browsers have, and types do not know. */
const A_FOLDER = { webkitdirectory: "" } as object;

export function ImportMenu() {
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  const [isAsking, setAsking] = useState(false);
  const take = (input: HTMLInputElement) => {
    const picked = filesOfInput(input.files);
    input.value = "";
    if (picked.length > 0) void importFiles(picked);
    else say(words.nothing);
  };
  return (
    <>
      <DropdownMenu.Root modal={false}>
        <DropdownMenu.Trigger asChild>
          <Button kind="primary" icon={<Plus size={18} aria-hidden />}>
            {words.import}
          </Button>
        </DropdownMenu.Trigger>
        <DropdownMenu.Portal>
          <DropdownMenu.Content className={menu.menu} align="end" sideOffset={6} collisionPadding={8}>
            <Item
              icon={<FilePlus2 size={18} aria-hidden />}
              label={words.files}
              onSelect={() => files.current?.click()}
            />
            <Item
              icon={<FolderUp size={18} aria-hidden />}
              label={words.folder}
              onSelect={() => folder.current?.click()}
            />
            <Item icon={<Link2 size={18} aria-hidden />} label={words.addresses} onSelect={() => setAsking(true)} />
          </DropdownMenu.Content>
        </DropdownMenu.Portal>
      </DropdownMenu.Root>
      <input
        ref={files}
        type="file"
        multiple
        hidden
        data-testid="import-files"
        onChange={(event) => take(event.currentTarget)}
      />
      <input
        ref={folder}
        type="file"
        multiple
        hidden
        data-testid="import-folder"
        {...A_FOLDER}
        onChange={(event) => take(event.currentTarget)}
      />
      <AddressesDialog isOpen={isAsking} onClose={() => setAsking(false)} />
    </>
  );
}
