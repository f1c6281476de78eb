import { describe, expect, it } from "vitest";
import type { LinkedMedia } from "../src/api/types";
import { gapOf } from "../src/parts/grid/arranging";
import { layOut } from "../src/parts/grid/justified";
import { type Direction, isThere, moved, moveOf, placeOf, rearranged } from "../src/views/collections/members";
import { movesBack } from "../src/views/collections/useArrange";

const itself = (id: number) => id;
const order = [1, 2, 3, 4, 5];
const set = (...ids: number[]) => new Set(ids);

describe("moving in an order", () => {
  it("puts some before another one, in the order in which they are", () => {
    expect(moved(order, itself, { ids: [4, 2], before: 1 })).toEqual([2, 4, 1, 3, 5]);
    expect(moved(order, itself, { ids: [1], before: null })).toEqual([2, 3, 4, 5, 1]);
    expect(moved(order, itself, { ids: [1, 2], before: 2 })).toEqual(order);
  });

  it("goes one place at a time, or to an end", () => {
    const arranged = (direction: Direction, ...ids: number[]) => {
      const move = moveOf(order, set(...ids), direction, true);
      return move ? moved(order, itself, move) : undefined;
    };
    expect(arranged("earlier", 3)).toEqual([1, 3, 2, 4, 5]);
    expect(arranged("later", 3)).toEqual([1, 2, 4, 3, 5]);
    expect(arranged("later", 2, 3)).toEqual([1, 4, 2, 3, 5]);
    expect(arranged("earlier", 2, 4)).toEqual([2, 4, 1, 3, 5]);
    expect(arranged("first", 3, 5)).toEqual([3, 5, 1, 2, 4]);
    expect(arranged("last", 1)).toEqual([2, 3, 4, 5, 1]);
    for (const direction of ["earlier", "first"] as const) expect(arranged(direction, 1, 2)).toBeUndefined();
    for (const direction of ["later", "last"] as const) expect(arranged(direction, 4, 5)).toBeUndefined();
    expect(arranged("first", ...order)).toBeUndefined();
    expect(arranged("first", 9)).toBeUndefined();
  });

  it("knows nothing of what is not loaded yet", () => {
    expect(moveOf(order, set(4), "later", false)).toBeUndefined();
    expect(moveOf(order, set(5), "last", false)).toEqual({ ids: [5], before: null });
  });

  it("tells the place", () => {
    expect(placeOf(order, { ids: [4], before: 2 })).toBe(2);
    expect(placeOf(order, { ids: [1, 2], before: null })).toBe(4);
    expect(isThere(order, { ids: [4], before: 5 })).toBe(true);
    expect(isThere(order, { ids: [4], before: 3 })).toBe(false);
  });

  it("can be taken back, however scattered it was", () => {
    const chosen = [[2, 4], [1, 2, 5], [3], [5, 1], [1, 3, 5]];
    for (const ids of chosen) {
      for (const before of [1, 2, 3, 4, 5, null]) {
        const now = moved(order, itself, { ids, before });
        const back = movesBack(order, ids).reduce((list, move) => moved(list, itself, move), now);
        expect(back, `${ids} before ${before}`).toEqual(order);
      }
    }
  });

  it("leaves pages as long as they were", () => {
    const member = (media_id: number) => ({ media_id }) as LinkedMedia;
    const pages = {
      pages: [
        [1, 2, 3],
        [4, 5],
      ].map((ids) => ({ res: ids.map(member), total: 5 })),
      pageParams: [],
    };
    const now = rearranged(pages, { ids: [5], before: 2 }).pages.map(({ res }) => res.map(({ media_id }) => media_id));
    expect(now).toEqual([
      [1, 5, 2],
      [3, 4],
    ]);
  });
});

describe("the gap that a point means", () => {
  // Two rows of two squares, 100 pixels each, 10 apart.
  const layout = layOut([1, 1, 1, 1], { width: 210, rowHeight: 100, gap: 10 });
  const at = (x: number, y: number) => gapOf(layout, { x, y }, 10)?.index;

  it("is before the picture in whose first half it is", () => {
    expect([at(10, 50), at(90, 50), at(130, 50), at(200, 50)]).toEqual([0, 1, 1, 2]);
    expect([at(10, 160), at(200, 160)]).toEqual([2, 4]);
  });

  it("is in the nearest row, and nowhere in an empty grid", () => {
    expect([at(-50, -50), at(10, 900)]).toEqual([0, 2]);
    expect(gapOf(layOut([], { width: 210, rowHeight: 100, gap: 10 }), { x: 0, y: 0 }, 10)).toBeUndefined();
  });

  it("is drawn between", () => {
    expect(gapOf(layout, { x: 130, y: 50 }, 10)).toMatchObject({ left: 105, top: 0, height: 100 });
    expect(gapOf(layout, { x: 205, y: 50 }, 10)).toMatchObject({ left: 215 });
  });
});
