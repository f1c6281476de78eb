/** What is spared the eyes: blurred or left out until one wants to see it. A person's choice, the same in all views. */

import { useCallback } from "react";
import type { Media } from "../api/types";
import { kept, oneOf, useKept } from "../state/kept";

export const GRAPHICS = ["blur", "hide", "show"] as const;
export type Graphics = (typeof GRAPHICS)[number];

/** Pictures that somebody has marked as graphic. */
export const graphics = kept<Graphics>("graphic", "blur", oneOf(...GRAPHICS));

const isBoolean = (value: unknown): value is boolean => typeof value === "boolean";

/** All pictures, marked or not. */
export const veilAll = kept<boolean>("veil-all", false, isBoolean);

export function isVeiled(media: Media, how: Graphics, isAll: boolean): boolean {
  return isAll || (media.graphic === true && how !== "show");
}

export function isLeftOut(media: Media, how: Graphics): boolean {
  return media.graphic === true && how === "hide";
}

/** Which pictures are blurred now, for grids. */
export function useVeil(): (media: Media) => boolean {
  const [how] = useKept(graphics);
  const [isAll] = useKept(veilAll);
  return useCallback((media: Media) => isVeiled(media, how, isAll), [how, isAll]);
}
