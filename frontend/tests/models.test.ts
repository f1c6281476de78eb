import { describe, expect, it } from "vitest";
import { modelOf } from "../src/api/models";
import { blocksOf } from "../src/views/models/documents";
import { pieces } from "../src/views/models/source";
import { standing } from "../src/views/models/standing";

describe("a descriptor", () => {
  it("is typed, and nothing in it is believed before it was looked at", () => {
    const model = modelOf("small", {
      downloaded: true,
      name: "Small",
      task_type: "classification",
      size: 3_534_603,
      dimensions: 256,
      features: "feature",
      width: 112,
      height: 112,
      rgb: true,
      mean: [127.5, 127.5, 127.5],
      scale: 0.015625,
      licence: "MIT",
    });
    expect(model).toMatchObject({ title: "Small", colour: "RGB", dimensions: 256, isDetector: false, isActive: true });
    const poor = modelOf("poor", {
      downloaded: false,
      name: 7,
      size: "large",
      mean: "none",
      grey: true,
      active: false,
    });
    expect(poor).toMatchObject({ title: "poor", byteSize: 0, mean: [], colour: "grey", isActive: false });
  });
});

describe("where a model stands", () => {
  const run = { uuid: "u", status: "running", params: {}, progress: undefined };

  it("is here, on its way, failed, on the mirror or nowhere", () => {
    expect(standing({ isDownloaded: true }, run, { status: "failed" }, "no")).toBe("here");
    expect(standing({ isDownloaded: false }, run, { status: "failed" }, undefined)).toBe("going");
    expect(standing({ isDownloaded: false }, undefined, { status: "failed" }, "no")).toBe("failed");
    expect(standing({ isDownloaded: false }, undefined, { status: "done" }, undefined)).toBe("mirror");
    expect(standing({ isDownloaded: false }, undefined, undefined, undefined)).toBe("absent");
  });
});

it("addresses in a source are links, and what stands around them is not", () => {
  expect(pieces("https://example.org/a/b (the net).")).toEqual([
    { text: "https://example.org/a/b", isAddress: true },
    { text: " (the net).", isAddress: false },
  ]);
  expect(pieces("see https://example.org/x, please")[1]).toEqual({ text: "https://example.org/x", isAddress: true });
  expect(pieces("BVLC examples")).toEqual([{ text: "BVLC examples", isAddress: false }]);
});

describe("documents", () => {
  it("are cut into texts and tables", () => {
    const text = "# Title\n\n| | |\n|---|---|\n| Input | RGB |\n| Cell | a \\| b |\n\nEnd\n";
    expect(blocksOf(text)).toEqual([
      { text: "# Title\n" },
      {
        head: ["", ""],
        rows: [
          ["Input", "RGB"],
          ["Cell", "a | b"],
        ],
      },
      { text: "\nEnd\n" },
    ]);
  });

  it("keep lines that are no table, and code, as they are", () => {
    for (const text of ["| not | a table |\nplain", "```\n| a |\n|---|\n```", "a | b"])
      expect(blocksOf(text)).toEqual([{ text }]);
  });
});
