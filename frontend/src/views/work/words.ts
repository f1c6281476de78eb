/** How kinds and parameters of tasks are called. */
import type { TaskKind } from "../../api/types";
import { strings } from "../../strings";

const words = strings.work;

/** In the reader's words; of a kind that is new, the server's title. */
export function kindName(key: string, kinds: readonly TaskKind[] = []): string {
  if (key === "") return words.foreign;
  return words.kinds[key] ?? kinds.find((kind) => kind.key === key)?.title ?? plainName(key);
}

/** `retry_failed` as "retry failed". */
function plainName(key: string): string {
  return key.replaceAll("_", " ");
}

export function paramName(key: string): string {
  return words.params[key] ?? plainName(key);
}
