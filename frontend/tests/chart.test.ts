import { describe, expect, it } from "vitest";
import { rowsOf } from "../src/parts/chart/DataTable";
import { frameOf } from "../src/parts/chart/frame";
import { nearestStop, pathOf, runsOf, stopsOf, valuesAt } from "../src/parts/chart/lines";
import { extentOf, linearTicks, logTicks, rounded, roundStep, scaleOf } from "../src/parts/chart/scale";
import { timeTicks } from "../src/parts/chart/time";

describe("scales", () => {
  it("have round steps", () => {
    expect([roundStep(10, 5), roundStep(1, 4), roundStep(0.003, 3), roundStep(7_000, 5)]).toEqual([
      2, 0.5, 0.001, 2_000,
    ]);
    expect(linearTicks([0, 1], 5)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
    expect(linearTicks([0.93, 1], 4)).toEqual([0.94, 0.96, 0.98, 1]);
  });

  it("are widened to round ends", () => {
    expect(rounded([0, 93], 4, false)).toEqual([0, 100]);
    expect(rounded([3, 70], 4, true)).toEqual([2, 100]);
    expect(rounded([2, 100], 4, true)).toEqual([2, 100]);
  });

  it("have an extent of some length, whatever they show", () => {
    expect(extentOf([], false)).toEqual([0, 1]);
    expect(extentOf([0, 0], false)).toEqual([0, 1]);
    expect(extentOf([4], false)).toEqual([2, 6]);
    expect(extentOf([0, 8], true)).toEqual([4, 16]);
    expect(extentOf([Number.NaN, 1, 3], false)).toEqual([1, 3]);
  });

  it("count in powers of ten where they are logarithmic", () => {
    expect(logTicks([1, 20], 5)).toEqual([1, 2, 5, 10, 20]);
    expect(logTicks([0.01, 1_000], 5)).toEqual([0.01, 0.1, 1, 10, 100, 1_000]);
    const scale = scaleOf({ extent: [1, 100], pixels: [0, 200], isLog: true, count: 5 });
    expect([scale.at(1), scale.at(10), scale.at(100)].map(Math.round)).toEqual([0, 100, 200]);
    expect(scale.has(0)).toBe(false);
  });

  it("of time begin at whole steps of the reader's clock", () => {
    const from = new Date(2026, 10, 21, 14, 3, 20).getTime();
    const ticks = timeTicks([from, from + 3_600_000], 6);
    expect(ticks.map((tick) => new Date(tick).getMinutes())).toEqual([10, 20, 30, 40, 50, 0]);
  });
});

const POINTS = [
  { x: 0, y: 1 },
  { x: 1, y: null },
  { x: 2, y: 3 },
  { x: 3, y: 2 },
];
const series = [
  { name: "one", points: POINTS },
  { name: "other", points: [{ x: 3, y: 5, note: "ef 64" }] },
];
const frame = frameOf({ series, height: 200, yFrom: 0 }, 400);

describe("lines", () => {
  it("have gaps where nothing is known, and dots for what stands alone", () => {
    const runs = runsOf(POINTS, frame);
    expect(runs.map((run) => run.map(({ point }) => point.x))).toEqual([[0], [2, 3]]);
    expect(pathOf(runs)).toMatch(/^M[\d.]+,[\d.]+h0M[\d.]+,[\d.]+L[\d.]+,[\d.]+$/);
  });

  it("stay inside of the frame", () => {
    const { left, right, top, bottom } = frame;
    const spots = series.flatMap(({ points }) => runsOf(points, frame).flat());
    expect(
      spots.every((spot) => spot.left >= left && spot.left <= right && spot.top >= top && spot.top <= bottom),
    ).toBe(true);
  });

  it("are read at the closest place that has a value", () => {
    const stops = stopsOf(series, frame);
    expect(stops.map(({ x }) => x)).toEqual([0, 2, 3]);
    const at = (x: number) => stops[nearestStop(stops, frame.x.at(x))]?.x;
    expect([at(-1), at(0.9), at(1.1), at(2.4), at(99)]).toEqual([0, 0, 2, 2, 3]);
    expect(valuesAt(series, 3).map((point) => point?.y)).toEqual([2, 5]);
    expect(valuesAt(series, 2).map((point) => point?.y)).toEqual([3, undefined]);
  });

  it("are told as a table", () => {
    expect(rowsOf(series)).toEqual([
      { x: 0, note: "", values: [1, null] },
      { x: 1, note: "", values: [null, null] },
      { x: 2, note: "", values: [3, null] },
      { x: 3, note: "ef 64", values: [2, 5] },
    ]);
  });
});

describe("frames", () => {
  it("leave room for the longest word at the side", () => {
    const wide = frameOf({ series, height: 200, formatY: (value) => `${value} million pictures` }, 400);
    expect(wide.left).toBeGreaterThan(frame.left + 50);
  });

  it("begin where they are told to, even without a value", () => {
    expect(frame.y.extent[0]).toBe(0);
    const bare = frameOf({ series: [{ name: "none", points: [] }], height: 200, yFrom: 0 }, 400);
    expect(bare.y.extent).toEqual([0, 1]);
  });
});
