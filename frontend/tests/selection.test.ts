import { expect, it } from "vitest";
import { anchored, joined, NOTHING, only, ranged, stillThere, toggled } from "../src/state/selection";

const ORDER = [50, 40, 30, 20, 10];
const ids = ({ ids }: { ids: ReadonlySet<number> }) => [...ids].sort((a, b) => a - b);

it("toggles one at a time and remembers where a range begins", () => {
  const one = toggled(NOTHING, 30);
  expect(ids(one)).toEqual([30]);
  expect(one.anchor).toBe(30);
  expect(ids(toggled(one, 30))).toEqual([]);
  expect(NOTHING.ids.size).toBe(0);
});

it("selects from the anchor on, in the list's order, both ways", () => {
  const begun = toggled(NOTHING, 30);
  expect(ids(ranged(begun, 10, ORDER))).toEqual([10, 20, 30]);
  expect(ids(ranged(begun, 50, ORDER))).toEqual([30, 40, 50]);
  expect(ranged(begun, 50, ORDER).anchor).toBe(30);
});

it("begins a range where there is no anchor, or one that is gone", () => {
  expect(ids(ranged(NOTHING, 20, ORDER))).toEqual([20]);
  expect(ids(ranged(only([99]), 20, ORDER))).toEqual([20, 99]);
  expect(ranged(NOTHING, 99, ORDER)).toBe(NOTHING);
});

it("joins a marquee and forgets what is deleted", () => {
  const some = joined(toggled(NOTHING, 50), [10, 20]);
  expect(ids(some)).toEqual([10, 20, 50]);
  expect(stillThere(some, ORDER)).toBe(some);
  const left = stillThere(some, [40, 30, 20, 10]);
  expect(ids(left)).toEqual([10, 20]);
  expect(left.anchor).toBeUndefined();
});

it("gives back what a range took when it is drawn again smaller, and nothing else", () => {
  const begun = toggled(toggled(NOTHING, 10), 40);
  const wide = ranged(begun, 20, ORDER);
  expect(ids(wide)).toEqual([10, 20, 30, 40]);
  expect(ids(ranged(wide, 30, ORDER))).toEqual([10, 30, 40]);
  expect(ids(ranged(wide, 50, ORDER))).toEqual([10, 40, 50]);
  expect(ids(ranged(anchored(wide, 20), 10, ORDER))).toEqual([10, 20, 30, 40]);
});
