import type { InfiniteData } from "@tanstack/react-query";
import { describe, expect, it } from "vitest";
import type { Counted } from "../src/api/collections";
import { type MediaPage, without } from "../src/api/media";
import type { LinkedMedia, Media } from "../src/api/types";
import { choices } from "../src/parts/collect/choices";
import { firstLine, safeAddress } from "../src/parts/markdown/address";
import { withNote, withoutMembers } from "../src/views/collections/members";
import { daysOf, isFiltered, libraryAddress, NO_FILTERS, wantedOf } from "../src/views/library/state";

const media = (id: number) => ({ id }) as Media;
const page = (offset: number, ...ids: number[]): MediaPage => ({ media: ids.map(media), offset, total: 5 });
const pages = (...all: MediaPage[]): InfiniteData<MediaPage, number> => ({ pages: all, pageParams: [] });

describe("the library's address", () => {
  it("is empty when everything is shown", () => {
    expect(libraryAddress.write(libraryAddress.read({}))).toEqual({});
    expect(isFiltered(libraryAddress.read({ sort: "oldest", trash: "yes" }))).toBe(false);
  });

  it("keeps every filter, and leaves out what cannot be understood", () => {
    const params = { type: "video", name: "a b", collection: "3", since: "2026-01-31", sort: "oldest" };
    expect(libraryAddress.write(libraryAddress.read(params))).toEqual(params);
    expect(libraryAddress.read({ type: "sound", collection: "x", since: "yesterday" })).toMatchObject(NO_FILTERS);
  });

  it("says what to ask for", () => {
    const wanted = wantedOf(libraryAddress.read({ type: "image", sort: "oldest", trash: "yes" }));
    expect(wanted).toMatchObject({ type: "image", date: "imported", order: "asc", isTrash: true });
    expect(wantedOf(libraryAddress.read({ sort: "taken", label: "face", collection: "3" }))).toMatchObject({
      date: "captured",
      order: "desc",
      label: "face",
      collection: 3,
    });
    expect(wantedOf(libraryAddress.read({})).type).toBeUndefined();
  });

  it("knows the days of a month", () => {
    expect(daysOf("2028-02")).toEqual({ since: "2028-02-01", until: "2028-02-29" });
    expect(daysOf("2026-12")).toEqual({ since: "2026-12-01", until: "2026-12-31" });
  });
});

describe("lists before the server has answered", () => {
  it("lose what is deleted, and count less", () => {
    const now = without(pages(page(0, 1, 2, 3), page(3, 4, 5)), new Set([2, 5, 99]));
    expect(now.pages.map((one) => one.media.map(({ id }) => id))).toEqual([[1, 3], [4]]);
    expect(now.pages.map(({ total }) => total)).toEqual([3, 3]);
  });

  it("lose and note members of collections", () => {
    const member = (media_id: number) => ({ media_id, notes: null }) as LinkedMedia;
    const all = { pages: [{ res: [member(1), member(2)], total: 2 }], pageParams: [] };
    expect(withoutMembers(all, new Set([1])).pages[0]).toMatchObject({ res: [{ media_id: 2 }], total: 1 });
    expect(withNote(all, 2, "good").pages[0]?.res.map(({ notes }) => notes)).toEqual([null, "good"]);
  });
});

describe("choosing a collection", () => {
  const one = (id: number, title: string, archived = false) => ({ id, title, archived }) as Counted;
  const all = [one(1, "Cats"), one(2, "Dogs"), one(3, "Old cats", true)];
  const titles = (typed: string, last?: number) =>
    choices(all, typed, last).map((each) => (each.is === "new" ? `+${each.title}` : each.collection.title));

  it("offers what is not archived, the one used last first", () => {
    expect(titles("")).toEqual(["Cats", "Dogs"]);
    expect(titles("", 2)).toEqual(["Dogs", "Cats"]);
  });

  it("finds by any part, and offers a new one unless there is one of that name", () => {
    expect(titles("CAT")).toEqual(["Cats", "+CAT"]);
    expect(titles(" cats ")).toEqual(["Cats"]);
    expect(titles("Birds")).toEqual(["+Birds"]);
  });
});

describe("notes", () => {
  it("lead to the web and to pages of this program only", () => {
    for (const good of ["https://example.org/a?b#c", "http://x.y", "mailto:a@b.c", "/media/id/3", "#part"]) {
      expect(safeAddress(good)).toBe(good);
    }
    for (const bad of [
      "javascript:alert(1)",
      " JavaScript:alert(1)",
      "data:text/html,x",
      "vbscript:x",
      "file:///etc",
    ]) {
      expect(safeAddress(bad), bad).toBeUndefined();
    }
    expect(safeAddress("java\nscript:alert(1)")).toBeUndefined();
  });

  it("show their first line without its marks", () => {
    expect(firstLine("\n\n## The *first* `line`\nmore")).toBe("The first line");
    expect(firstLine("- see [the list](https://example.org)")).toBe("see the list");
    expect(firstLine("x".repeat(200), 10)).toBe(`${"x".repeat(9)}…`);
  });
});
