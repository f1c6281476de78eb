import { describe, expect, it } from "vitest";
import type { Upload } from "../src/api/types";
import { without } from "../src/api/uploads";
import { isNearlyFull, sharesOf } from "../src/views/dashboard/disk";
import { countsOf, sumOf, timesOf } from "../src/views/dashboard/minutes";
import { namesIn, pictureOf } from "../src/views/uploads/shown";

describe("the disk", () => {
  const bytes = { library: 30, vectors: 10, indexes: 5, free: 40, total: 100 };

  it("is shared out without a rest", () => {
    const shares = sharesOf(bytes);
    expect(shares.map(({ bytes: each }) => each)).toEqual([30, 10, 5, 15, 40]);
    expect(shares.reduce((sum, { part }) => sum + part, 0)).toBeCloseTo(1, 9);
  });

  it("never has less than nothing, though more is counted than is used", () => {
    const shares = sharesOf({ ...bytes, free: 80 });
    expect(shares.find(({ name }) => name === "others")?.bytes).toBe(0);
    expect(shares.reduce((sum, { part }) => sum + part, 0)).toBeCloseTo(1, 9);
    expect(sharesOf({ library: 0, vectors: 0, indexes: 0, free: 0, total: 0 }).every(({ part }) => part === 0)).toBe(
      true,
    );
  });

  it("is nearly full before it is full", () => {
    expect([isNearlyFull(bytes), isNearlyFull({ ...bytes, free: 4 })]).toEqual([false, true]);
  });
});

describe("series", () => {
  const minutes = [
    { at: "2026-11-21T18:00:00+00:00", count: 2, p50_ms: 1.5, p95_ms: 4 },
    { at: "2026-11-21T18:01:00+00:00", count: 0, p50_ms: null, p95_ms: null },
  ];

  it("have a nought where nothing was done, and a gap where nothing was measured", () => {
    expect(countsOf(minutes).map(({ y }) => y)).toEqual([2, 0]);
    expect(timesOf(minutes, "p95_ms").map(({ y }) => y)).toEqual([4, null]);
    expect(countsOf(minutes)[0]?.x).toBe(Date.UTC(2026, 10, 21, 18));
    expect(sumOf(minutes)).toBe(2);
  });
});

describe("uploads", () => {
  const upload = (id: number, username = "ada"): Upload => ({
    id,
    username,
    sha256: "00",
    ext: ".png",
    url: `/static/${id}.png`,
    created_at: "Sat, 21 Nov 2026 18:00:00 GMT",
    width: 4,
    height: 3,
  });

  it("are shown by their own small versions", () => {
    expect(pictureOf(upload(7))).toMatchObject({ id: 7, thumbnail: "/static/data/upload-thumbs/320/7", width: 4 });
  });

  it("tell who sent them", () => {
    expect(namesIn([upload(1, "zoe"), upload(2, "ada"), upload(3, "zoe"), upload(4, "")])).toEqual(["ada", "zoe"]);
  });

  it("are gone from every page of a list, and from its count", () => {
    const pages = {
      pages: [
        { res: [upload(1), upload(2)], offset: 0, total: 3 },
        { res: [upload(3)], offset: 2, total: 3 },
      ],
      pageParams: [0, 2],
    };
    const left = without(pages, new Set([2, 9]));
    expect(left.pages.map(({ res, total }) => [res.map(({ id }) => id), total])).toEqual([
      [[1], 2],
      [[3], 2],
    ]);
  });
});
