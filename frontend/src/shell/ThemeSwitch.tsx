/** Chooses dark, light, or as the system says. */
import { Monitor, Moon, Sun } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import { THEMES, type Theme, useTheme } from "../look/theme";
import { buttonClass } from "../parts/Button";
import menu from "../parts/Menu.module.css";
import { strings } from "../strings";

const ICONS = { system: Monitor, light: Sun, dark: Moon };
const words = strings.shell.theme;

export function ThemeSwitch() {
  const [theme, setTheme] = useTheme();
  const Now = ICONS[theme];
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger className={buttonClass("quiet", true)} aria-label={words.label} title={words.label}>
        <Now size={18} strokeWidth={1.75} aria-hidden />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className={menu.menu} align="end" sideOffset={6} collisionPadding={8}>
          <DropdownMenu.RadioGroup value={theme} onValueChange={(value) => setTheme(value as Theme)}>
            {THEMES.map((one) => {
              const Icon = ICONS[one];
              return (
                <DropdownMenu.RadioItem key={one} value={one} className={menu.item}>
                  <Icon size={18} strokeWidth={1.75} aria-hidden />
                  {words[one]}
                </DropdownMenu.RadioItem>
              );
            })}
          </DropdownMenu.RadioGroup>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}
