import { describe, expect, it } from "vitest";
import { layOut, touched } from "../src/parts/grid/justified";
import { between, hasBegun, isSame, scrollStep, swept } from "../src/parts/grid/marquee";
import { NOTHING, only } from "../src/state/selection";

describe("a marquee", () => {
  it("has its corners wherever one draws to", () => {
    const box = { left: 10, top: 20, right: 30, bottom: 40 };
    expect(between({ x: 10, y: 20 }, { x: 30, y: 40 })).toEqual(box);
    expect(between({ x: 30, y: 40 }, { x: 10, y: 20 })).toEqual(box);
    expect(between({ x: 30, y: 20 }, { x: 10, y: 40 })).toEqual(box);
  });

  it("does not begin with an unsteady click", () => {
    expect(hasBegun({ x: 0, y: 0 }, { x: 3, y: 3 })).toBe(false);
    expect(hasBegun({ x: 0, y: 0 }, { x: 3, y: 4 })).toBe(true);
  });

  it("selects what it touches alone, or besides", () => {
    const before = only([1, 2]);
    expect([...swept(before, [5, 6], false).ids]).toEqual([5, 6]);
    expect([...swept(before, [2, 5], true).ids]).toEqual([1, 2, 5]);
    expect(swept(before, [], true).ids).toEqual(before.ids);
  });

  it("touches pictures by the layout, row by row", () => {
    const layout = layOut([1, 1, 1, 1], { width: 206, rowHeight: 100, gap: 6 });
    expect(touched(layout, between({ x: 5, y: 5 }, { x: 50, y: 150 }))).toEqual([0, 2]);
    expect(touched(layout, between({ x: 101, y: 5 }, { x: 104, y: 50 }))).toEqual([]);
  });

  it("knows when nothing has changed", () => {
    expect(isSame(only([1, 2]), { ids: new Set([2, 1]), anchor: 2 })).toBe(true);
    expect(isSame(only([1]), NOTHING)).toBe(false);
  });

  it("scrolls at the edges only, faster the nearer", () => {
    expect(scrollStep(400, 72, 900)).toBe(0);
    expect(scrollStep(890, 72, 900)).toBeGreaterThan(scrollStep(850, 72, 900));
    expect(scrollStep(80, 72, 900)).toBeLessThan(0);
    expect(scrollStep(5_000, 72, 900)).toBe(24);
  });
});
