/** The pictures that this browser's person has looked at. Kept here, not on the server: there are no accounts. */
import { kept } from "./kept";

/** The oldest are forgotten. */
const MOST = 5_000;

const isIds = (value: unknown): value is readonly number[] =>
  Array.isArray(value) && value.every((id) => Number.isSafeInteger(id));

export const seen = kept<readonly number[]>("seen", [], isIds);

export function markSeen(id: number): void {
  const rest = seen.read().filter((other) => other !== id);
  seen.write([...rest, id].slice(-MOST));
}
