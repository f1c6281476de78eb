import { describe, expect, it } from "vitest";
import type { Run } from "../src/api/runs";
import type { Feature } from "../src/api/types";
import { reasonsOf, toldBy } from "../src/views/features/failures";
import { curvesOf, marksOf, presentPoint } from "../src/views/features/recall";
import { kindOf, storedSettings, typedOf, understood } from "../src/views/features/settings";
import { runOf, standingOf } from "../src/views/features/standing";

const FEATURE: Feature = {
  id: 3,
  active: true,
  modelzoo_name: "likeness_small",
  layer: "",
  username: null,
  index_type: "hnsw",
  index_settings: null,
  created_at: "Sat, 21 Nov 2026 17:28:14 GMT",
  processed_at: "Sat, 21 Nov 2026 17:28:14 GMT",
  process_id: 9,
  indexed_at: "Sat, 21 Nov 2026 17:28:14 GMT",
  index_id: 9,
};

const run = (part: Partial<Run>): Run => ({
  uuid: "u",
  status: "running",
  params: { feature_id: 3 },
  progress: undefined,
  ...part,
});

describe("settings of an index", () => {
  it("are read from the top and from an object named like the kind", () => {
    expect(typedOf({ ...FEATURE, index_settings: '{"m": 32, "ef_search": 64}' })).toEqual({ m: "32", ef_search: "64" });
    const nested = {
      ...FEATURE,
      index_type: "faiss",
      index_settings: '{"faiss": {"factory": "IVF,Flat", "nprobe": 8}}',
    };
    expect(typedOf(nested)).toEqual({ factory_type: "IVF,Flat", nprobe: "8" });
    expect(storedSettings({ ...FEATURE, index_settings: "no JSON" })).toEqual({});
    expect(kindOf({ index_type: "unheard of" })).toBe("auto");
  });

  it("are sent only where they are not usual", () => {
    expect(understood("hnsw", { m: "24", ef_search: " 256 " })).toEqual({ settings: { ef_search: 256 }, wrong: [] });
    expect(understood("hnsw", {})).toEqual({ settings: null, wrong: [] });
    expect(understood("auto", { recall: "0,95" })).toEqual({ settings: { recall: 0.95 }, wrong: [] });
    expect(understood("faiss", { factory_type: "IVF,Flat" }).settings).toEqual({ factory_type: "IVF,Flat" });
  });

  it("are held back where they are wrong", () => {
    expect(understood("hnsw", { m: "3", ef_construction: "many", ef_search: "1.5" }).wrong).toEqual([
      "m",
      "ef_construction",
      "ef_search",
    ]);
    expect(understood("codes", { recall: "1" }).wrong).toEqual(["recall"]);
    // Of another kind: nobody sees it.
    expect(understood("flat", { m: "3" })).toEqual({ settings: null, wrong: [] });
  });
});

describe("how far a feature is", () => {
  const counts = { extracted: 5, missing: 0, failed: 0 };

  it("is told by its record and the counts", () => {
    expect(standingOf({ ...FEATURE, processed_at: null }, undefined, undefined)).toEqual({ is: "new" });
    expect(standingOf({ ...FEATURE, indexed_at: null }, counts, undefined)).toEqual({ is: "unindexed" });
    expect(standingOf(FEATURE, undefined, undefined)).toEqual({ is: "counting" });
    expect(standingOf(FEATURE, counts, undefined)).toEqual({ is: "ready" });
    expect(standingOf(FEATURE, { ...counts, missing: 4 }, undefined)).toEqual({ is: "behind", by: 4 });
  });

  it("is told by what runs before all", () => {
    const going = run({});
    expect(standingOf({ ...FEATURE, processed_at: null }, undefined, going)).toEqual({ is: "building", run: going });
    expect(standingOf(FEATURE, counts, run({ status: "queued" })).is).toBe("waiting");
    expect(standingOf(FEATURE, counts, run({ status: "cancelling" })).is).toBe("stopping");
  });

  it("finds the run that is about it", () => {
    const waiting = run({ uuid: "waits", status: "queued" });
    const others = run({ uuid: "others", params: { feature_id: 4 } });
    const all = run({ uuid: "all", params: { feature_id: null } });
    expect(runOf(FEATURE, [others])).toBeUndefined();
    expect(runOf(FEATURE, [waiting, others, all])).toBe(all);
    expect(runOf({ ...FEATURE, active: false }, [waiting, all])).toBe(waiting);
  });
});

describe("what failed", () => {
  it("is told by the last run about the feature that had failures", () => {
    const job = (uuid: string, params: object, failed_items: number) => ({ uuid, params, failed_items }) as never;
    const jobs = [
      job("none", { feature_id: 3 }, 0),
      job("other", { feature_id: 4 }, 2),
      job("all", { feature_id: null }, 1),
      job("old", { feature_id: 3 }, 7),
    ];
    expect(toldBy(jobs, 3)?.uuid).toBe("all");
    expect(toldBy([], 3)).toBeUndefined();
  });

  it("is known by the numbers of pictures", () => {
    const items = [
      { item: "media 12", reason: "cut off" },
      { item: "elsewhere", reason: "no" },
    ];
    expect([...reasonsOf(items)]).toEqual([[12, "cut off"]]);
  });
});

describe("a recall measurement", () => {
  const words = { p50: "half", p95: "most", present: "now" };
  const points = [
    { value: 16, recall: 0.8, p50_ms: 0.4, p95_ms: 0.5 },
    { value: 32, recall: 0.9, p50_ms: 0.3, p95_ms: 0.9 },
  ];

  it("is two lines from left to right, with the settings as notes", () => {
    expect(curvesOf({ points, parameter: "ef_search" }, words)).toEqual([
      {
        name: "half",
        points: [
          { x: 0.3, y: 0.9, note: "ef_search 32" },
          { x: 0.4, y: 0.8, note: "ef_search 16" },
        ],
      },
      {
        name: "most",
        points: [
          { x: 0.5, y: 0.8, note: "ef_search 16" },
          { x: 0.9, y: 0.9, note: "ef_search 32" },
        ],
      },
    ]);
  });

  it("marks the present setting, if the index does not choose by itself", () => {
    expect(presentPoint({ points, present: 32 })).toBe(points[1]);
    expect(marksOf({ points, present: 32 }, words)).toEqual([{ x: 0.3, label: "now" }]);
    expect(marksOf({ points, present: 0 }, words)).toEqual([]);
    expect(marksOf({ points, present: null }, words)).toEqual([]);
  });
});
