/** Chooses the collection that pictures go into, or makes one. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ChevronDown, Folder, FolderOpen, FolderPlus } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import { collections } from "../../api/queries";
import { strings } from "../../strings";
import { buttonClass } from "../Button";
import menu from "../Menu.module.css";
import styles from "./Collect.module.css";
import { currentId } from "./current";
import { NewCollection } from "./NewCollection";
import type { Collecting } from "./useCollect";

const words = strings.collect;

function List({ collecting }: { collecting: Collecting }) {
  const list = useQuery(collections).data ?? [];
  const { current } = collecting;
  return (
    <>
      {list.length === 0 && <DropdownMenu.Label className={menu.label}>{words.none}</DropdownMenu.Label>}
      <DropdownMenu.RadioGroup value={`${current?.id ?? ""}`} onValueChange={(value) => currentId.write(Number(value))}>
        {list.map(({ id, title }) => (
          <DropdownMenu.RadioItem key={id} value={`${id}`} className={menu.item}>
            <Folder size={18} strokeWidth={1.75} aria-hidden />
            <span className={styles.title}>{title}</span>
          </DropdownMenu.RadioItem>
        ))}
      </DropdownMenu.RadioGroup>
      <DropdownMenu.Separator className={styles.line} />
      {current && (
        <DropdownMenu.Item asChild className={menu.item}>
          <Link to="/collections/$id" params={{ id: `${current.id}` }}>
            <FolderOpen size={18} strokeWidth={1.75} aria-hidden />
            {words.open}
          </Link>
        </DropdownMenu.Item>
      )}
      <DropdownMenu.Item className={menu.item} onSelect={collecting.ask}>
        <FolderPlus size={18} strokeWidth={1.75} aria-hidden />
        {words.make}
      </DropdownMenu.Item>
    </>
  );
}

export function CollectionChoice({ collecting }: { collecting: Collecting }) {
  const title = collecting.current?.title;
  return (
    <>
      <DropdownMenu.Root modal={false}>
        <DropdownMenu.Trigger
          className={buttonClass()}
          aria-label={title === undefined ? words.choose : words.current(title)}
        >
          <Folder size={16} strokeWidth={1.75} aria-hidden />
          <span className={styles.title}>{title ?? words.choose}</span>
          <ChevronDown size={14} aria-hidden />
        </DropdownMenu.Trigger>
        <DropdownMenu.Portal>
          <DropdownMenu.Content className={menu.menu} align="end" sideOffset={6} collisionPadding={8}>
            <List collecting={collecting} />
          </DropdownMenu.Content>
        </DropdownMenu.Portal>
      </DropdownMenu.Root>
      <NewCollection collecting={collecting} />
    </>
  );
}
