import { describe, expect, it } from "vitest";
import { type Layout, layOut, neighbour, touched } from "../src/parts/grid/justified";

const OPTIONS = { width: 1000, rowHeight: 180, gap: 6 };
/** Ratios without a pattern, the same in every run. */
const RATIOS = Array.from({ length: 500 }, (_, index) => 0.5 + ((index * 7919) % 97) / 60);

function all(layout: Layout) {
  return layout.rows.flatMap(({ places }) => places);
}

describe("layOut", () => {
  it("shows every picture once, in order", () => {
    expect(all(layOut(RATIOS, OPTIONS)).map(({ index }) => index)).toEqual(RATIOS.map((_, index) => index));
  });

  it("fills every row but the last to the edge", () => {
    for (const { places } of layOut(RATIOS, OPTIONS).rows.slice(0, -1)) {
      const last = places.at(-1);
      expect((last?.left ?? 0) + (last?.width ?? 0)).toBeCloseTo(OPTIONS.width, 6);
    }
  });

  it("keeps the ratio of each picture and rows near the wanted height", () => {
    for (const { height, places } of layOut(RATIOS, OPTIONS).rows) {
      expect(height).toBeGreaterThan(OPTIONS.rowHeight * 0.6);
      expect(height).toBeLessThan(OPTIONS.rowHeight * 1.6);
      for (const { index, width } of places) expect(width / height).toBeCloseTo(RATIOS[index] ?? 0, 6);
    }
  });

  it("does not blow up a last row of one", () => {
    expect(layOut([1], OPTIONS).rows[0]?.height).toBeLessThanOrEqual(180 * 1.15);
  });

  it("adds the caption under each picture, not to its size", () => {
    const [plain, captioned] = [layOut(RATIOS, OPTIONS), layOut(RATIOS, { ...OPTIONS, caption: 20 })];
    expect(captioned.rows[0]?.height).toBeCloseTo((plain.rows[0]?.height ?? 0) + 20, 6);
    expect(captioned.rows[0]?.places[0]?.width).toBeCloseTo(plain.rows[0]?.places[0]?.width ?? 0, 6);
  });

  it("survives what it should not be given", () => {
    for (const ratio of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, 1e9]) {
      const { height, rows } = layOut([ratio, 1], OPTIONS);
      expect(Number.isFinite(height) && height > 0).toBe(true);
      expect(rows.length).toBe(1);
    }
    expect(layOut([], OPTIONS)).toMatchObject({ height: 0, rows: [] });
    expect(layOut(RATIOS, { ...OPTIONS, width: 0 }).rows).toEqual([]);
  });

  it("ends a row before a line and leaves room for it", () => {
    const { rows } = layOut(RATIOS, { ...OPTIONS, divider: { before: 23, height: 40 } });
    const below = rows.findIndex(({ places }) => places[0]?.index === 23);
    const [above, row] = [rows[below - 1], rows[below]];
    expect(below).toBeGreaterThan(0);
    expect((row?.top ?? 0) - (above?.top ?? 0) - (above?.height ?? 0)).toBeCloseTo(OPTIONS.gap + 40, 6);
    expect(layOut(RATIOS, { ...OPTIONS, divider: { before: 0, height: 40 } }).rows[0]?.top).toBe(40);
    expect(layOut([1, 1], { ...OPTIONS, divider: { before: 9, height: 40 } }).rows.length).toBe(1);
  });

  it("knows the row of each picture", () => {
    const layout = layOut(RATIOS, OPTIONS);
    layout.rows.forEach(({ places }, row) => {
      for (const { index } of places) expect(layout.rowOf[index]).toBe(row);
    });
  });
});

describe("neighbour", () => {
  const layout = layOut(Array(20).fill(1), { width: 400, rowHeight: 100, gap: 0 });

  it("goes along and across", () => {
    expect(layout.rows[0]?.places.length).toBe(4);
    expect(neighbour(layout, 5, "left")).toBe(4);
    expect(neighbour(layout, 5, "right")).toBe(6);
    expect(neighbour(layout, 5, "up")).toBe(1);
    expect(neighbour(layout, 5, "down")).toBe(9);
    expect(neighbour(layout, 5, "first")).toBe(0);
    expect(neighbour(layout, 5, "last")).toBe(19);
  });

  it("stays at the edges", () => {
    expect(neighbour(layout, 0, "left")).toBe(0);
    expect(neighbour(layout, 2, "up")).toBe(2);
    expect(neighbour(layout, 19, "right")).toBe(19);
    expect(neighbour(layout, 18, "down")).toBe(18);
  });
});

it("touched finds the pictures under a marquee", () => {
  const layout = layOut(Array(20).fill(1), { width: 400, rowHeight: 100, gap: 0 });
  expect(touched(layout, { left: 50, top: 50, right: 150, bottom: 150 })).toEqual([0, 1, 4, 5]);
  expect(touched(layout, { left: 500, top: 0, right: 600, bottom: 10 })).toEqual([]);
});
