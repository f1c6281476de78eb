/** Arranging a collection by hand: shown at once, sent one after the other, undone when the server refuses. */
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useRef } from "react";
import { arrangeMedia, collectionMedia, refreshCollections } from "../../api/collections";
import { say, sayFailure } from "../../parts/toasts";
import { strings } from "../../strings";
import { isThere, type Move, placeOf, rearranged } from "./members";

const words = strings.collections;

/** `isQuiet`: says nothing; the other key takes a step back. */
export type Arrange = (move: Move, isQuiet?: boolean) => void;

/**
 * The moves that take a collection back to an order: each run of what was moved goes before what followed it. The last run first, so
 * that what it goes before is in its place already.
 */
export function movesBack(order: readonly number[], ids: readonly number[]): Move[] {
  const wasMoved = new Set(ids);
  const moves: Move[] = [];
  for (let end = order.length; end > 0; ) {
    const last = order[end - 1];
    if (last === undefined || !wasMoved.has(last)) {
      end -= 1;
      continue;
    }
    let first = end - 1;
    while (first > 0 && wasMoved.has(order[first - 1] ?? -1)) first -= 1;
    moves.push({ ids: order.slice(first, end), before: order[end] ?? null });
    end = first;
  }
  return moves;
}

export function useArrange(collection: number, isWhole: boolean): Arrange {
  const client = useQueryClient();
  // What is shown is ahead of the server: moves are sent in their order, and answers are asked for when all are through.
  const line = useRef({ last: Promise.resolve(), waiting: 0 });
  const run = useCallback(
    (moves: readonly Move[], onDone: () => void) => {
      const { queryKey } = collectionMedia(collection, "hand");
      void client.cancelQueries({ queryKey });
      const before = client.getQueryData(queryKey);
      for (const move of moves) client.setQueryData(queryKey, (pages) => pages && rearranged(pages, move));
      const send = async () => {
        try {
          for (const { ids, before: next } of moves) await arrangeMedia(collection, ids, next);
          onDone();
        } catch (error) {
          client.setQueryData(queryKey, before);
          sayFailure(error);
        }
        line.current.waiting -= 1;
        if (line.current.waiting === 0) await refreshCollections();
      };
      line.current.waiting += 1;
      line.current.last = line.current.last.then(send);
    },
    [client, collection],
  );
  return useCallback<Arrange>(
    (move, isQuiet = false) => {
      const pages = client.getQueryData(collectionMedia(collection, "hand").queryKey)?.pages ?? [];
      const order = pages.flatMap(({ res }) => res.map(({ media_id }) => media_id));
      if (isThere(order, move) && (isWhole || move.before !== null)) return;
      const back = movesBack(order, move.ids);
      // Behind the end of what is loaded nobody knows what followed.
      const canUndo = isWhole || back.every(({ before }) => before !== null);
      const undo = { label: strings.parts.undo, run: () => run(back, () => undefined) };
      const text =
        move.before === null && !isWhole
          ? words.moved(move.ids.length)
          : words.placed(move.ids.length, placeOf(order, move));
      run([move], () => !isQuiet && void say(text, { kind: "good", ...(canUndo && { action: undo }) }));
    },
    [client, collection, isWhole, run],
  );
}
