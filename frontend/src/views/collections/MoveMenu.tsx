/** Where what is selected goes in the order of a collection. */
import { ArrowLeft, ArrowLeftRight, ArrowLeftToLine, ArrowRight, ArrowRightToLine } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import { buttonClass } from "../../parts/Button";
import menu from "../../parts/Menu.module.css";
import { strings } from "../../strings";
import type { Direction } from "./members";

const words = strings.collections;
const ICONS = { earlier: ArrowLeft, later: ArrowRight, first: ArrowLeftToLine, last: ArrowRightToLine } as const;
const DIRECTIONS = Object.keys(ICONS) as Direction[];

interface MoveMenuProps {
  canMove: (direction: Direction) => boolean;
  onMove: (direction: Direction) => void;
}

export function MoveMenu({ canMove, onMove }: MoveMenuProps) {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger className={buttonClass("quiet", true)} aria-label={words.move} title={words.move}>
        <ArrowLeftRight size={18} aria-hidden />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className={menu.menu} align="end" sideOffset={6} collisionPadding={8}>
          {DIRECTIONS.map((direction) => {
            const Icon = ICONS[direction];
            return (
              <DropdownMenu.Item
                key={direction}
                className={menu.item}
                disabled={!canMove(direction)}
                onSelect={() => onMove(direction)}
              >
                <Icon size={18} aria-hidden />
                {words.moves[direction]}
              </DropdownMenu.Item>
            );
          })}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
