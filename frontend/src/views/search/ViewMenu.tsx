/** How hits are shown: one frame a video, blurred, and what becomes of graphic pictures. */
import { Check, ChevronDown, Eye } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import { CAN_MARK } from "../../api/abilities";
import { buttonClass } from "../../parts/Button";
import menu from "../../parts/Menu.module.css";
import { GRAPHICS, type Graphics, graphics, veilAll } from "../../parts/veil";
import { useKept } from "../../state/kept";
import { strings } from "../../strings";
import styles from "./Search.module.css";
import type { SearchState } from "./state";

const words = strings.search.view;

function Item({ label, isOn, onChange }: { label: string; isOn: boolean; onChange: (isOn: boolean) => void }) {
  return (
    <DropdownMenu.CheckboxItem className={menu.item} checked={isOn} onCheckedChange={(now) => onChange(now === true)}>
      <span className={styles.mark}>
        <DropdownMenu.ItemIndicator>
          <Check size={16} aria-hidden />
        </DropdownMenu.ItemIndicator>
      </span>
      {label}
    </DropdownMenu.CheckboxItem>
  );
}

function GraphicItems() {
  const [how, setHow] = useKept(graphics);
  return (
    <>
      <DropdownMenu.Label className={menu.label}>{words.graphic}</DropdownMenu.Label>
      <DropdownMenu.RadioGroup value={how} onValueChange={(value) => setHow(value as Graphics)}>
        {GRAPHICS.map((one) => (
          <DropdownMenu.RadioItem key={one} value={one} className={menu.item}>
            <span className={styles.mark}>
              <DropdownMenu.ItemIndicator>
                <Check size={16} aria-hidden />
              </DropdownMenu.ItemIndicator>
            </span>
            {words.graphics[one]}
          </DropdownMenu.RadioItem>
        ))}
      </DropdownMenu.RadioGroup>
    </>
  );
}

interface ViewMenuProps {
  state: SearchState;
  change: (part: Partial<SearchState>) => void;
}

export function ViewMenu({ state, change }: ViewMenuProps) {
  const [isAll, setAll] = useKept(veilAll);
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger className={buttonClass()}>
        <Eye size={16} strokeWidth={1.75} aria-hidden />
        {words.menu}
        <ChevronDown size={14} aria-hidden />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className={menu.menu} align="end" sideOffset={6} collisionPadding={8}>
          <Item label={words.grouped} isOn={state.isGrouped} onChange={(isGrouped) => change({ isGrouped })} />
          <Item label={words.veilAll} isOn={isAll} onChange={setAll} />
          {CAN_MARK && <GraphicItems />}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
