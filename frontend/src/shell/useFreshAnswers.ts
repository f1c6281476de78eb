/** Asks again for what a task changed, as soon as it has ended. */
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useRef } from "react";
import { type EndedTask, useTaskEnd } from "../api/live";
import { NAMES } from "../api/queries";

type Name = (typeof NAMES)[keyof typeof NAMES];

/** What each kind of task changes, besides the history of tasks. */
const CHANGES: Readonly<Record<string, readonly Name[]>> = {
  import: [NAMES.media, NAMES.features],
  delete_media: [NAMES.media, NAMES.search, NAMES.collections, NAMES.features],
  update_index: [NAMES.features, NAMES.search],
  evaluate_index: [NAMES.features],
  map: [NAMES.features],
  download_model: [NAMES.models],
  detect: [NAMES.media, NAMES.search],
  export_collection: [NAMES.collections],
};

export function useFreshAnswers(): void {
  const client = useQueryClient();
  const refresh = useCallback(
    (names: readonly Name[]) => {
      for (const name of names) void client.invalidateQueries({ queryKey: [name] });
    },
    [client],
  );
  const onEnd = useCallback(
    ({ task_name }: EndedTask) => refresh([NAMES.jobs, ...(CHANGES[task_name] ?? [])]),
    [refresh],
  );
  // What ended while the page was not connected is not known one by one; before it was connected the first time, little was asked.
  const wasConnected = useRef(false);
  const onReturn = useCallback(() => {
    refresh(wasConnected.current ? Object.values(NAMES) : [NAMES.jobs]);
    wasConnected.current = true;
  }, [refresh]);
  useTaskEnd(onEnd, onReturn);
}
