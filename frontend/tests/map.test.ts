import { describe, expect, it } from "vitest";
import { placesOf } from "../src/api/places";
import { parseQuery } from "../src/state/address";
import { bucketsOf, nearest } from "../src/views/map/buckets";
import { rgbOf } from "../src/views/map/colours";
import { firstBox, ringOf, steppedBox } from "../src/views/map/keyBox";
import { diameterOf, kindsOf } from "../src/views/map/look";
import { boxBetween, indexesIn, isInside, type Ring, representatives, simplified } from "../src/views/map/ring";
import { MOST_CORNERS, mapAddress } from "../src/views/map/state";
import { bounded, panned, pinched, toMap, toScreen, WHOLE, zoomed } from "../src/views/map/view";

const SIZE = { width: 800, height: 600 };

/** The same points each time, some of them in a heap. */
function scattered(count: number): Float32Array {
  let seed = 7;
  const next = () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    return seed / 2 ** 31;
  };
  return Float32Array.from({ length: 2 * count }, (_, at) => (at % 20 < 4 ? next() * 0.01 : next() * 2 - 1));
}

function bytes(count: number, ids: readonly number[], xy: readonly number[]): ArrayBuffer {
  const view = new DataView(new ArrayBuffer(4 * (1 + ids.length + xy.length)));
  view.setUint32(0, count, true);
  for (const [at, id] of ids.entries()) view.setUint32(4 + 4 * at, id, true);
  for (const [at, value] of xy.entries()) view.setFloat32(4 * (1 + ids.length + at), value, true);
  return view.buffer;
}

describe("places from the server", () => {
  it("are numbers and pairs", () => {
    const { count, ids, xy } = placesOf(bytes(2, [7, 9], [-1, 0.5, 1, -0.25]));
    expect([count, [...ids], [...xy]]).toEqual([2, [7, 9], [-1, 0.5, 1, -0.25]]);
    expect(placesOf(bytes(0, [], [])).count).toBe(0);
  });

  it("are refused when they are cut off", () => {
    expect(() => placesOf(bytes(3, [7, 9], [0, 0, 0, 0]))).toThrow(/cut off/);
    expect(() => placesOf(new ArrayBuffer(2))).toThrow(/cut off/);
  });
});

describe("the view", () => {
  it("shows the whole map in the middle, y upwards", () => {
    expect(toScreen(WHOLE, SIZE, { x: 0, y: 0 })).toEqual({ x: 400, y: 300 });
    expect(toScreen(WHOLE, SIZE, { x: 1, y: 1 }).x).toBeCloseTo(400 + 0.92 * 300);
    expect(toScreen(WHOLE, SIZE, { x: 1, y: 1 }).y).toBeCloseTo(300 - 0.92 * 300);
  });

  it("finds back from a pixel to a place", () => {
    const view = { x: 0.3, y: -0.2, zoom: 17 };
    const there = toScreen(view, SIZE, { x: 0.31, y: -0.19 });
    const back = toMap(view, SIZE, there);
    expect(back.x).toBeCloseTo(0.31);
    expect(back.y).toBeCloseTo(-0.19);
  });

  it("keeps the place under the pointer while it zooms", () => {
    const at = { x: 120, y: 480 };
    const before = toMap(WHOLE, SIZE, at);
    const after = toMap(zoomed(WHOLE, SIZE, 3, at), SIZE, at);
    expect(after.x).toBeCloseTo(before.x);
    expect(after.y).toBeCloseTo(before.y);
  });

  it("moves with the hand, and with two fingers turns closer", () => {
    const by = panned(WHOLE, SIZE, { x: 30, y: -20 });
    const moved = toScreen(by, SIZE, { x: 0, y: 0 });
    expect([moved.x, moved.y]).toEqual([expect.closeTo(430), expect.closeTo(280)]);
    const from = [
      { x: 300, y: 300 },
      { x: 500, y: 300 },
    ] as const;
    const to = [
      { x: 250, y: 320 },
      { x: 650, y: 320 },
    ] as const;
    const view = pinched(WHOLE, SIZE, from, to);
    expect(view.zoom).toBeCloseTo(2);
    const held = toScreen(view, SIZE, toMap(WHOLE, SIZE, { x: 400, y: 300 }));
    expect([held.x, held.y]).toEqual([expect.closeTo(450), expect.closeTo(320)]);
  });

  it("stays near the map", () => {
    expect(bounded({ x: 9, y: -9, zoom: 1e9 })).toEqual({ x: 1.2, y: -1.2, zoom: 2000 });
    expect(bounded({ x: 0, y: 0, zoom: 0 }).zoom).toBe(0.5);
  });
});

describe("buckets", () => {
  const xy = scattered(5_000);
  const buckets = bucketsOf(xy);
  const slowly = (x: number, y: number, radius: number) => {
    let [found, least] = [-1, radius];
    for (let at = 0; at < xy.length / 2; at += 1) {
      const far = Math.hypot((xy[2 * at] ?? 0) - x, (xy[2 * at + 1] ?? 0) - y);
      if (far <= least) [found, least] = [at, far];
    }
    return least < radius ? found : undefined;
  };

  it("hold every point once", () => {
    expect([...buckets.items].sort((one, other) => one - other)).toEqual(Array.from({ length: 5_000 }, (_, at) => at));
  });

  it.each([
    [0, 0, 0.1],
    [0.5, -0.7, 0.05],
    [-1, 1, 0.3],
    [0.004, 0.004, 0.002],
    [1.5, 1.5, 0.01],
  ])("find the closest to %d, %d as a look at all does", (x, y, radius) => {
    expect(nearest(buckets, xy, { x, y }, radius)).toBe(slowly(x, y, radius));
  });

  it("know one point, and none", () => {
    const one = Float32Array.of(0.2, 0.2);
    expect(nearest(bucketsOf(one), one, { x: 0.21, y: 0.2 }, 0.1)).toBe(0);
    expect(nearest(bucketsOf(new Float32Array()), new Float32Array(), { x: 0, y: 0 }, 1)).toBeUndefined();
  });
});

describe("areas", () => {
  const star: Ring = [
    { x: 0, y: 0.9 },
    { x: 0.5, y: -0.7 },
    { x: -0.8, y: 0.3 },
    { x: 0.8, y: 0.3 },
    { x: -0.5, y: -0.7 },
  ];

  it("hold what a line that crosses itself goes around", () => {
    expect(isInside(star, 0, 0)).toBe(true);
    expect(isInside(star, 0, 0.7)).toBe(true);
    expect(isInside(star, 0.6, 0.7)).toBe(false);
    expect(isInside(star, 0, -0.6)).toBe(false);
  });

  it("hold the same points by buckets as by a look at all, whichever way they are drawn", () => {
    const xy = scattered(3_000);
    const all = Array.from({ length: 3_000 }, (_, at) => at);
    const wanted = all.filter((at) => isInside(star, xy[2 * at] ?? 0, xy[2 * at + 1] ?? 0));
    expect(wanted.length).toBeGreaterThan(100);
    expect(indexesIn(star, bucketsOf(xy), xy)).toEqual(wanted);
    expect(indexesIn(star.toReversed(), bucketsOf(xy), xy)).toEqual(wanted);
    expect(indexesIn(star.slice(0, 2), bucketsOf(xy), xy)).toEqual([]);
  });

  it("are simplified without losing their shape", () => {
    const circle = Array.from({ length: 2_000 }, (_, at) => ({
      x: 400 + 200 * Math.cos((at / 2_000) * 2 * Math.PI),
      y: 300 + 200 * Math.sin((at / 2_000) * 2 * Math.PI),
    }));
    const few = simplified(circle, MOST_CORNERS, 1);
    expect(few.length).toBeLessThanOrEqual(MOST_CORNERS);
    expect(few.length).toBeGreaterThan(10);
    for (const { x, y } of few) expect(Math.hypot(x - 400, y - 300)).toBeCloseTo(200);
    expect(isInside(few, 400 + 190, 300)).toBe(true);
    expect(isInside(few, 400 + 205, 300)).toBe(false);
  });

  it("give a spread choice, the middle one first", () => {
    const line = Float32Array.from({ length: 22 }, (_, at) => (at % 2 === 0 ? at / 2 / 10 : 0));
    const all = Array.from({ length: 11 }, (_, at) => at);
    const few = representatives(all, line, 4);
    expect(few).toHaveLength(4);
    expect(few[0]).toBe(5);
    expect(new Set(few).size).toBe(4);
    expect(representatives([3, 4], line, 9).toSorted()).toEqual([3, 4]);
  });
});

describe("a box by keys", () => {
  it("begins in the middle, moves, grows and stays inside", () => {
    const box = firstBox(SIZE);
    expect(box).toEqual({ left: 300, top: 200, width: 200, height: 200 });
    expect(steppedBox(box, "ArrowLeft", false, SIZE)).toEqual({ ...box, left: 284 });
    expect(steppedBox(box, "ArrowDown", true, SIZE)).toEqual({ ...box, height: 216 });
    let far = box;
    for (let step = 0; step < 99; step += 1) far = steppedBox(far, "ArrowRight", false, SIZE);
    expect(far.left + far.width).toBe(800);
    expect(ringOf(box)).toEqual(boxBetween({ x: 300, y: 200 }, { x: 500, y: 400 }));
  });
});

describe("the look", () => {
  it("makes points small where there are many, and larger from close by", () => {
    expect(diameterOf(50, 1)).toBe(9);
    expect(diameterOf(100_000, 1)).toBeCloseTo(2.5);
    expect(diameterOf(10_000_000, 1)).toBe(2);
    expect(diameterOf(100_000, 16)).toBeCloseTo(5);
    expect(diameterOf(100_000, 0.5)).toBe(diameterOf(100_000, 1));
  });

  it("lets what is chosen stand above what is highlighted", () => {
    const places = { count: 4, ids: Uint32Array.of(5, 6, 7, 8), xy: new Float32Array(8) };
    expect([...kindsOf(places, [1, 2], new Set([6, 8]))]).toEqual([0, 2, 2, 1]);
  });

  it("reads the colours of browsers", () => {
    expect(rgbOf("rgb(255, 0, 51)")).toEqual([1, 0, 0.2]);
    expect(rgbOf("rgba(0, 51, 255, 0.5)")).toEqual([0, 0.2, 1]);
    expect(rgbOf("transparent")).toEqual([0, 0, 0]);
  });
});

describe("the address of a map", () => {
  const nothing = mapAddress.read({});

  it("is short when all is shown", () => {
    expect(nothing).toEqual({ feature: undefined, view: WHOLE, area: [], highlight: undefined });
    expect(mapAddress.write(nothing)).toEqual({});
  });

  it("finds back to the view and the area", () => {
    const state = {
      feature: 2,
      view: { x: -0.123456, y: 0.5, zoom: 12.25 },
      area: [...boxBetween({ x: -0.5, y: 0.25 }, { x: 0.5, y: -0.25 })],
      highlight: 3,
    };
    const written = mapAddress.write(state);
    expect(written.at).toBe("-0.123456_0.5_12.25");
    expect(written.area).toBe("-0.5_0.25,0.5_0.25,0.5_-0.25,-0.5_-0.25");
    expect(mapAddress.read(parseQuery(new URLSearchParams(written).toString()))).toEqual(state);
  });

  it.each([{ at: "1_2" }, { at: "a_b_c" }, { at: "" }, { area: "1_2,3_4" }, { area: "1_2,3_4,5" }, { area: "x" }])(
    "takes %o as nothing",
    (params) => expect(mapAddress.read(params as Record<string, string>)).toEqual(nothing),
  );
});
