/** The colours of the map in the present theme: those that the style sheet gives its canvas. */
import { type RefObject, useEffect, useMemo, useState } from "react";
import { useTheme } from "../../look/theme";
import { rgbOf } from "./colours";
import type { PointLook } from "./painter";

/** How solid points are alone, and where others are to stand out. */
const ALONE = 0.75;
const BEHIND = 0.3;

const DARK = "(prefers-color-scheme: dark)";

/** Another number whenever the system changes its mind. */
function useSystemTheme(): boolean {
  const [isDark, setDark] = useState(() => matchMedia(DARK).matches);
  useEffect(() => {
    const media = matchMedia(DARK);
    const change = () => setDark(media.matches);
    media.addEventListener("change", change);
    return () => media.removeEventListener("change", change);
  }, []);
  return isDark;
}

function coloursOf(canvas: HTMLCanvasElement): PointLook["colours"] {
  const { color, borderTopColor, borderBottomColor } = getComputedStyle(canvas);
  return { plain: rgbOf(color), highlighted: rgbOf(borderTopColor), chosen: rgbOf(borderBottomColor) };
}

/** Nothing before the canvas is there. */
export function useLook(canvas: RefObject<HTMLCanvasElement | null>, isBehind: boolean): PointLook | undefined {
  const [theme] = useTheme();
  const isDark = useSystemTheme();
  const [colours, setColours] = useState<PointLook["colours"]>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme decides what the style sheet says
  useEffect(() => {
    if (canvas.current) setColours(coloursOf(canvas.current));
  }, [canvas, theme, isDark]);
  return useMemo(() => colours && { colours, solidity: isBehind ? BEHIND : ALONE }, [colours, isBehind]);
}
