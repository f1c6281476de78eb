/** Taking pictures out of a collection: at once, with the way back, and undone when the server refuses. */
import { useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import {
  type Counted,
  collectionMedia,
  type MemberOrder,
  putBackMedia,
  refreshCollections,
  removeMedia,
} from "../../api/collections";
import { say, sayFailure } from "../../parts/toasts";
import { strings } from "../../strings";
import { withoutMembers } from "./members";

const words = strings.collections;

export function useRemove({ id }: Counted, order: MemberOrder): (ids: readonly number[]) => Promise<void> {
  const client = useQueryClient();
  return useCallback(
    async (ids) => {
      const { queryKey } = collectionMedia(id, order);
      await client.cancelQueries({ queryKey });
      const before = client.getQueryData(queryKey);
      client.setQueryData(queryKey, (pages) => pages && withoutMembers(pages, new Set(ids)));
      const back = () => putBackMedia(id, ids).catch(sayFailure).finally(refreshCollections);
      try {
        await removeMedia(id, ids);
        say(words.removed(ids.length), { action: { label: strings.parts.undo, run: () => void back() } });
      } catch (error) {
        client.setQueryData(queryKey, before);
        sayFailure(error);
      } finally {
        void refreshCollections();
      }
    },
    [client, id, order],
  );
}
