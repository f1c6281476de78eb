/** Which collections are offered for what somebody has typed. */
import type { Counted } from "../../api/collections";

export type Choice = { is: "old"; collection: Counted } | { is: "new"; title: string };

/** The collections whose title holds what was typed, the one used last before the others; and a new one of that name. */
export function choices(all: readonly Counted[], typed: string, last: number | undefined): Choice[] {
  const text = typed.trim();
  const wanted = text.toLocaleLowerCase();
  const open = all.filter(({ archived, title }) => !archived && title.toLocaleLowerCase().includes(wanted));
  const sorted = [...open.filter(({ id }) => id === last), ...open.filter(({ id }) => id !== last)];
  const isTaken = all.some(({ title, archived }) => !archived && title.toLocaleLowerCase() === wanted);
  const old = sorted.map((collection): Choice => ({ is: "old", collection }));
  return text !== "" && !isTaken ? [...old, { is: "new", title: text }] : old;
}
