import { describe, expect, it } from "vitest";
import { isLitter } from "../src/imports/files";
import {
  countsOf,
  failAll,
  forReading,
  type ImportFile,
  isOver,
  MOST_FILES,
  nextBatch,
  placeOf,
  sending,
  settle,
} from "../src/imports/queue";

let key = 0;
function file(path: string, size = 10, state: ImportFile["state"] = "waiting"): ImportFile {
  key += 1;
  const name = path.split("/").at(-1) ?? "";
  return { key, file: { name, size } as File, path, state, reasons: [], task: undefined };
}
const pathsOf = (files: readonly ImportFile[]) => files.map(({ path }) => path);

describe("batches", () => {
  it("hold a bounded number of files, in their order", () => {
    const files = Array.from({ length: 250 }, (_, number) => file(`${number}.jpg`));
    const batch = nextBatch(files);
    expect(batch).toEqual(files.slice(0, MOST_FILES));
  });

  it("hold a bounded number of bytes, and at least one file however large", () => {
    const files = [file("a.jpg", 100e6), file("b.jpg", 100e6), file("c.mp4", 5e9)];
    expect(pathsOf(nextBatch(files))).toEqual(["a.jpg"]);
    expect(pathsOf(nextBatch(files.slice(2)))).toEqual(["c.mp4"]);
  });

  it("never hold a path twice: failures are told by path", () => {
    const files = [file("one/cover.jpg"), file("two/cover.jpg"), file("one/cover.jpg"), file("two/other.jpg")];
    expect(pathsOf(nextBatch(files))).toEqual(["one/cover.jpg", "two/cover.jpg", "two/other.jpg"]);
  });

  it("take what waits, and nothing else", () => {
    expect(nextBatch([file("a.jpg", 1, "done"), file("b.jpg", 1, "failed")])).toEqual([]);
  });
});

describe("what becomes of files", () => {
  it("shows which are sent as bytes go out", () => {
    const files = [file("a.jpg", 10), file("b.jpg", 10), file("c.jpg", 10)];
    sending(files, 20);
    expect(files.map(({ state }) => state)).toEqual(["importing", "importing", "sending"]);
  });

  it("marks failures with their reasons, also those inside of an archive", () => {
    const files = [file("a.jpg"), file("b.jpg"), file("c.zip")];
    settle(files, [
      { item: "b.jpg", reason: "ends early" },
      { item: "c.zip!/in/d.jpg", reason: "is text" },
      { item: "c.zip!/e.jpg", reason: "is empty" },
      { item: "unknown.jpg", reason: "?" },
    ]);
    expect(files.map(({ state, reasons }) => [state, reasons])).toEqual([
      ["done", []],
      ["failed", ["ends early"]],
      ["failed", ["in/d.jpg: is text", "e.jpg: is empty"]],
    ]);
  });

  it("tells files of the same name apart, and what was there before", () => {
    const files = [file("one/a.jpg"), file("two/a.jpg"), file("odd/b.jpg")];
    const known = [{ item: "two/a.jpg", media_id: 7, deleted: false }];
    settle(files, [{ item: "b.jpg", reason: "is text" }], known);
    expect(files.map(({ state, known: there }) => [state, there?.media_id])).toEqual([
      ["done", undefined],
      ["done", 7],
      ["failed", undefined],
    ]);
  });

  it("forgets old reasons when a second try succeeds", () => {
    const files = [file("a.jpg")];
    failAll(files, "the disk is full");
    expect(files[0]).toMatchObject({ state: "failed", reasons: ["the disk is full"] });
    settle(files, []);
    expect(files[0]).toMatchObject({ state: "done", reasons: [] });
  });

  it("counts, and knows when it is over", () => {
    const files = [file("a", 1, "done"), file("b", 1, "failed"), file("c", 1, "importing")];
    expect(countsOf(files)).toMatchObject({ done: 1, failed: 1, importing: 1, waiting: 0 });
    expect(isOver(countsOf(files))).toBe(false);
    expect(isOver(countsOf(files.slice(0, 2)))).toBe(true);
  });

  it("shows failures first", () => {
    const files = [file("a", 1, "done"), file("b", 1, "waiting"), file("c", 1, "failed")];
    expect(pathsOf(forReading(files))).toEqual(["c", "b", "a"]);
  });
});

describe("names", () => {
  it("tell the archive from what is in it", () => {
    expect(placeOf("a.zip!/b/c.jpg")).toEqual({ name: "a.zip", inside: "b/c.jpg" });
    expect(placeOf("wow!.jpg")).toEqual({ name: "wow!.jpg", inside: undefined });
  });

  it("leave out what systems put into folders", () => {
    expect(["x/.DS_Store", "x/Thumbs.db", "__MACOSX/a.jpg", ".git/config"].every(isLitter)).toBe(true);
    expect(["x/a.jpg", "holiday.2019/b.png"].some(isLitter)).toBe(false);
  });
});
