import { describe, expect, it } from "vitest";
import {
  address,
  choice,
  flag,
  formatQuery,
  numbers,
  optionalNumber,
  parseQuery,
  region,
  text,
  words,
} from "../src/state/address";
import { movedTo } from "../src/state/moved";

const codec = address<{
  feature: number | undefined;
  labels: readonly string[];
  ids: readonly number[];
  sort: "score" | "date";
  isGrouped: boolean;
  name: string;
}>({
  feature: optionalNumber("feature"),
  labels: words("label"),
  ids: numbers("ids", 3),
  sort: choice("sort", ["score", "date"], "score"),
  isGrouped: flag("group", true),
  name: text("name"),
});

const INITIAL = { feature: undefined, labels: [], ids: [], sort: "score", isGrouped: true, name: "" } as const;

describe("address", () => {
  it("leaves out what is as it would be anyway", () => {
    expect(codec.write(INITIAL)).toEqual({});
    expect(codec.read({})).toEqual(INITIAL);
  });

  it("reads what it wrote, through a real query string", () => {
    const state = {
      feature: 7,
      labels: ["50 % wool, blue", "a&b=c", "%2C"],
      ids: [5, 1],
      sort: "date",
      isGrouped: false,
      name: "ö/ü?",
    } as const;
    expect(codec.read(parseQuery(formatQuery(codec.write(state))))).toEqual(state);
  });

  it("takes what it does not understand as not there", () => {
    const read = codec.read({ feature: "-1", sort: "size", ids: "3,x,3,4,5,6", group: "maybe", unknown: "1" });
    expect(read).toEqual({ ...INITIAL, ids: [3, 4, 5] });
  });

  it("stays readable", () => {
    expect(formatQuery({ ids: "1,2", empty: "", none: undefined })).toBe("?ids=1,2");
    expect(formatQuery({})).toBe("");
  });
});

describe("region", () => {
  it("is four fractions inside the picture", () => {
    const part = { x: 0.25, y: 0.1, w: 0.5, h: 0.333333 };
    expect(region.write(part)).toEqual({ x: "0.25", y: "0.1", w: "0.5", h: "0.3333" });
    expect(region.read(region.write(part))).toEqual({ ...part, h: 0.3333 });
  });

  it.each([
    { x: "0.5", y: "0", w: "0.6", h: "1" },
    { x: "0", y: "0", w: "0", h: "1" },
    { x: "-0.1", y: "0", w: "0.5", h: "1" },
    { x: "0", y: "0", w: "1" },
    { x: "NaN", y: "0", w: "1", h: "1" },
  ])("is nothing for %o", (params) => expect(region.read(params as Record<string, string>)).toBeUndefined());

  it("allows for rounding at the edge", () => {
    expect(region.read({ x: "0.3334", y: "0", w: "0.6667", h: "1" })).toBeDefined();
  });
});

it("old links lead to the new pages", () => {
  expect(movedTo("/collection/7/show/")).toBe("/collections/7");
  expect(movedTo("/collection")).toBe("/collections");
  expect(movedTo("/media/id/12/show")).toBe("/media/id/12");
  expect(movedTo("/modelzoo/caffe_x/show")).toBe("/models/caffe_x");
  expect(movedTo("/upload/3/show/")).toBe("/search/upload/3");
  for (const now of ["/", "/search", "/search/media/1", "/media/id/12", "/library", "/collections/7"])
    expect(movedTo(now)).toBeUndefined();
});
