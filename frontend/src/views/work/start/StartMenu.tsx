/** The button that starts tasks: those that the server's list names. */
import { useQuery } from "@tanstack/react-query";
import { Play } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import { useState } from "react";
import { taskKinds } from "../../../api/jobs";
import type { TaskKind } from "../../../api/types";
import { Button } from "../../../parts/Button";
import menu from "../../../parts/Menu.module.css";
import { wordsOf } from "../../../parts/States";
import { strings } from "../../../strings";
import { iconOf } from "../icons";
import { kindName } from "../words";
import { offered } from "./fields";
import { TaskDialog } from "./TaskDialog";

const words = strings.work.start;

function Item({ kind, onPick }: { kind: TaskKind; onPick: (kind: TaskKind) => void }) {
  const Icon = iconOf(kind.key);
  return (
    <DropdownMenu.Item className={menu.item} onSelect={() => onPick(kind)}>
      <Icon size={18} strokeWidth={1.75} aria-hidden />
      {kindName(kind.key, [kind])}
    </DropdownMenu.Item>
  );
}

export function StartMenu() {
  const { data, error } = useQuery(taskKinds);
  const [picked, setPicked] = useState<TaskKind>();
  return (
    <>
      <DropdownMenu.Root modal={false}>
        <DropdownMenu.Trigger asChild>
          <Button kind="primary" icon={<Play size={16} aria-hidden />} aria-label={words.menuLabel}>
            {words.menu}
          </Button>
        </DropdownMenu.Trigger>
        <DropdownMenu.Portal>
          <DropdownMenu.Content className={menu.menu} align="end" sideOffset={6} collisionPadding={8}>
            {offered(data ?? []).map((kind) => (
              <Item key={kind.key} kind={kind} onPick={setPicked} />
            ))}
            {!data && (
              <DropdownMenu.Label className={menu.label}>
                {error ? `${words.failed}: ${wordsOf(error)}` : strings.parts.loading}
              </DropdownMenu.Label>
            )}
          </DropdownMenu.Content>
        </DropdownMenu.Portal>
      </DropdownMenu.Root>
      <TaskDialog kind={picked} onClose={() => setPicked(undefined)} />
    </>
  );
}
