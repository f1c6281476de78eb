import { describe, expect, it } from "vitest";
import type { SearchAnswer } from "../src/api/types";
import { changed, toChange } from "../src/parts/collect/members";
import { mayLoad } from "../src/parts/grid/paging";
import { drawn, fromCorners, isWhole, keyed, LEAST, moved, resized, WHOLE } from "../src/parts/region/part";
import { agreement, unanimous } from "../src/views/search/agreement";
import { type Example, example, word } from "../src/views/search/examples";
import { noiseFrom, readingOf, said } from "../src/views/search/reading";
import { asked, bodyFields, exampleFields, fields, isCombined } from "../src/views/search/request";
import { backTo, countFilters, NO_FILTERS, searchAddress, stepped } from "../src/views/search/state";
import { withMore, withoutThese } from "../src/views/search/useExamples";

const PLAIN = searchAddress.read({});
const media = (which: string): Example => ({ kind: "media", which });
const anything = () => true;

describe("the address", () => {
  it("writes nothing of a plain search", () => expect(searchAddress.write(PLAIN)).toEqual({}));

  it("holds everything and reads it again", () => {
    const state = {
      ...PLAIN,
      feature: 3,
      beside: [1, 2],
      region: { x: 0.1, y: 0.2, w: 0.3, h: 0.4 },
      detect: "faces",
      like: [media("12"), { kind: "upload", which: "3", region: { x: 0, y: 0, w: 0.5, h: 1 } } as const],
      unlike: [media("7")],
      types: ["video_frame"] as const,
      since: "2026-01-31",
      until: "2026-02-28",
      date: "imported" as const,
      inside: [4],
      outside: [5, 6],
      label: "face, left",
      within: 0.72,
      isUnseen: true,
      isGrouped: true,
      order: "newest" as const,
      walked: [media("1"), media("2")],
      show: 9,
      hits: 180,
    };
    expect(searchAddress.read(searchAddress.write(state))).toEqual(state);
  });

  it("takes no notice of what cannot be", () => {
    const broken = { like: "x9,m,m12_2_2_2_2,,m1e3", since: "2026-13-40", within: "-1", type: "text", hits: "many" };
    const state = searchAddress.read(broken);
    expect(state).toMatchObject({ since: "", within: undefined, types: [], hits: undefined });
    expect(state.like).toEqual([media("12")]);
  });

  it("writes examples as words", () => {
    const part = { kind: "media", which: "12", region: { x: 0.1, y: 0, w: 0.25, h: 1 } } as const;
    expect(word(part)).toBe("m12_0.1_0_0.25_1");
    expect(example(word(part))).toEqual(part);
    expect(example("sabc")).toBeUndefined();
  });
});

describe("the walk", () => {
  it("remembers where one came from and keeps the filters", () => {
    const state = { ...PLAIN, label: "face", region: { x: 0, y: 0, w: 0.5, h: 0.5 }, like: [media("5")], hits: 300 };
    const next = stepped(state, media("1"), media("2"));
    expect(next.walked).toEqual([media("1")]);
    expect(next).toMatchObject({ label: "face", region: undefined, like: [], hits: undefined, show: undefined });
  });

  it("forgets what came after the place one goes back to, and takes its part again", () => {
    const region = { x: 0.5, y: 0.5, w: 0.5, h: 0.5 };
    const state = { ...PLAIN, walked: [media("1"), { ...media("2"), region }, media("3")] };
    expect(backTo(state, 1)).toMatchObject({ walked: [media("1")], region });
  });
});

describe("the request", () => {
  it("asks for what is chosen, and only what the server knows", () => {
    const state = {
      ...PLAIN,
      types: ["image", "video_frame"] as const,
      inside: [1, 2],
      within: 0.5,
      order: "oldest" as const,
    };
    expect(fields(state, anything)).toEqual({
      type: "image,video_frame",
      collection_id: "1,2",
      max_score: 0.5,
      sort: "date",
      order: "asc",
      date: "captured",
    });
    expect(fields(state, (name) => name === "type")).toEqual({ type: "image,video_frame" });
    expect(fields(PLAIN, anything)).toEqual({});
  });

  it("has lists and numbers in the body of several examples, and no model that looks at them", () => {
    const state = {
      ...PLAIN,
      feature: 3,
      detect: "faces",
      types: ["image"] as const,
      inside: [1, 2],
      outside: [7],
      within: 0.5,
      since: "2026-01-31",
      isGrouped: true,
    };
    expect(bodyFields(state, anything)).toEqual({
      feature: 3,
      type: ["image"],
      collection_id: [1, 2],
      not_collection_id: [7],
      max_score: 0.5,
      since: "2026-01-31",
      date: "captured",
      group: "video",
    });
    expect(bodyFields(state, (name) => name === "feature")).toEqual({ feature: 3 });
    expect(bodyFields(PLAIN, anything)).toEqual({});
  });

  it("puts the query first among several examples, with its part", () => {
    const region = { x: 0, y: 0, w: 0.5, h: 0.5 };
    const state = { ...PLAIN, region, like: [media("5")], unlike: [{ kind: "upload", which: "6" } as const] };
    expect(isCombined(PLAIN)).toBe(false);
    expect(isCombined(state)).toBe(true);
    expect(exampleFields(media("4"), state)).toEqual([
      { media: 4, region, weight: 1 },
      { media: 5, weight: 1 },
      { upload: 6, weight: -1 },
    ]);
  });

  it("is the same whatever is looked at, and however one came", () => {
    expect(asked({ ...PLAIN, show: 3, hits: 120, walked: [media("1")] })).toEqual(asked(PLAIN));
    expect(asked({ ...PLAIN, label: "face" })).not.toEqual(asked(PLAIN));
  });

  it("counts filters", () => {
    expect(countFilters(NO_FILTERS)).toBe(0);
    expect(countFilters({ ...NO_FILTERS, since: "2026-01-01", until: "2026-01-02", label: "face" })).toBe(2);
  });
});

describe("the reading", () => {
  const page = (closer: number[] | null, standing_out: number | null, ids: readonly number[]) =>
    ({ query: { reading: { closer, standing_out } }, res: ids.map((id) => ({ id })) }) as unknown as SearchAnswer;

  it("is told of each hit, on every page, and of the whole ranking once", () => {
    const reading = readingOf([page([1, 0.99], 3, [7, 9]), page([0.75, 0.5], 3, [4, 2])]);
    expect([...(reading?.closer ?? [])]).toEqual([
      [7, 1],
      [9, 0.99],
      [4, 0.75],
      [2, 0.5],
    ]);
    expect(reading?.standingOut).toBe(3);
  });

  it("is none where the library is too small, or the server was not asked", () => {
    expect(readingOf([page(null, null, [7, 9])])).toBeUndefined();
    expect(readingOf([{ query: {}, res: [] } as unknown as SearchAnswer])).toBeUndefined();
    expect(readingOf([])).toBeUndefined();
  });

  it("is said shortly, and never rounded up to all", () => {
    expect(said(0, 1)).toEqual({ distance: "The same", closer: undefined });
    expect(said(0.75, 0.75)).toEqual({ distance: "0.75", closer: "75%" });
    expect(said(0.75, undefined)).toEqual({ distance: "0.75", closer: undefined });
    expect(said(0.5, 0.999_99).closer).toBe("99.99%");
  });

  it("finds where hits turn to noise, also when some of them are hidden", () => {
    const reading = { closer: new Map(), standingOut: 2 };
    expect(noiseFrom(reading, [1, 2, 3, 4], [1, 2, 3, 4])).toBe(2);
    expect(noiseFrom(reading, [1, 2, 3, 4], [2, 4])).toBe(1);
    expect(noiseFrom(reading, [1, 2, 3, 4], [1, 2])).toBeUndefined();
    expect(noiseFrom(reading, [1, 2], [1, 2])).toBeUndefined();
    expect(noiseFrom({ ...reading, standingOut: undefined }, [1, 2, 3], [1, 2, 3])).toBeUndefined();
    expect(noiseFrom(undefined, [1], [1])).toBeUndefined();
  });
});

describe("the rest of a list", () => {
  it("is asked for unasked, but not while it is on its way, nor after it failed", () => {
    const paging = { hasMore: true, isLoading: false, hasFailed: false, load: () => undefined };
    expect(mayLoad(paging)).toBe(true);
    expect(mayLoad({ ...paging, hasMore: false })).toBe(false);
    expect(mayLoad({ ...paging, isLoading: true })).toBe(false);
    expect(mayLoad({ ...paging, hasFailed: true })).toBe(false);
  });
});

describe("agreement", () => {
  it("knows the places of what several features found", () => {
    const places = agreement([
      [1, 2, 3],
      [3, 9, 1],
      [1, 8, 7],
    ]);
    expect([...places.keys()].sort()).toEqual([1, 3]);
    expect([...(places.get(1) ?? [])]).toEqual([
      [0, 1],
      [1, 3],
      [2, 1],
    ]);
    expect(unanimous(places, 3)).toBe(1);
  });

  it("compares the first ones only", () =>
    expect(
      agreement(
        [
          [1, 2],
          [3, 2],
        ],
        1,
      ).size,
    ).toBe(0));
});

describe("parts of a picture", () => {
  const part = { x: 0.2, y: 0.2, w: 0.4, h: 0.4 };

  it("stay inside when they move", () => {
    expect(moved(part, { x: 9, y: -9 })).toEqual({ x: 0.6, y: 0, w: 0.4, h: 0.4 });
  });

  it("are resized at any edge, never turned inside out", () => {
    expect(resized(part, "se", { x: 0.1, y: -0.1 })).toMatchObject({ x: 0.2, y: 0.2 });
    const small = resized(part, "nw", { x: 5, y: 5 });
    expect(small.w).toBeCloseTo(LEAST, 9);
    expect(small.x + small.w).toBeCloseTo(0.6, 9);
    expect(resized(part, "n", { x: 5, y: 0.1 })).toMatchObject({ x: 0.2, w: 0.4 });
  });

  it("are drawn from any corner; a slip is none", () => {
    expect(drawn({ x: 0.9, y: 0.8 }, { x: -1, y: 0.1 })).toEqual({ x: 0, y: 0.1, w: 0.9, h: 0.7000000000000001 });
    expect(drawn({ x: 0.5, y: 0.5 }, { x: 0.51, y: 0.9 })).toBeUndefined();
  });

  it("follow the arrows, with Shift at their lower right corner", () => {
    expect(keyed(part, "ArrowLeft", false)).toEqual({ x: expect.closeTo(0.18, 9), y: 0.2, w: 0.4, h: 0.4 });
    expect(keyed(WHOLE, "ArrowLeft", true)).toMatchObject({ x: 0, w: 0.98 });
    expect(keyed(part, "a", false)).toBeUndefined();
    expect(isWhole(WHOLE) && !isWhole(part)).toBe(true);
  });

  it("are made of boxes that reach over the edge", () => {
    expect(fromCorners({ x1: -0.5, y1: 0.5, x2: 0.5, y2: 1.5 })).toEqual({ x: 0, y: 0.5, w: 0.5, h: 0.5 });
    expect(fromCorners({ x1: 1.2, y1: 0, x2: 1.5, y2: 1 })).toBeUndefined();
  });
});

describe("liking and collecting", () => {
  it("has each picture once, and not on both sides", () => {
    expect(withMore([media("1"), media("2")], [media("1")])).toEqual([media("2"), media("1")]);
    expect(withoutThese([media("1"), media("2")], [media("1")])).toEqual([media("2")]);
  });

  it("puts in what is missing, and takes out when nothing is", () => {
    const set = new Set([1, 2]);
    expect(toChange(set, [1, 3])).toEqual({ ids: [3], isIn: true });
    expect(toChange(set, [1, 2])).toEqual({ ids: [1, 2], isIn: false });
    expect([...changed(changed(set, [3], true), [1], false)]).toEqual([2, 3]);
  });
});
