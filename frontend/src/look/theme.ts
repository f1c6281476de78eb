/** Dark, light, or as the system says. `public/theme.js` sets the choice before the first paint. */
import { kept, oneOf, useKept } from "../state/kept";

export type Theme = "system" | "light" | "dark";
export const THEMES: readonly Theme[] = ["system", "light", "dark"];

const theme = kept<Theme>("theme", "system", oneOf("system", "light", "dark"));

function apply(): void {
  const chosen = theme.read();
  if (chosen === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = chosen;
}

/** Follows the choice from now on, also one made in another tab. */
export function followTheme(): void {
  apply();
  theme.watch(apply);
}

export function useTheme(): [Theme, (theme: Theme) => void] {
  return useKept(theme);
}
