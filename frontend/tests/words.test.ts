import { describe, expect, it } from "vitest";
import { refusal } from "../src/api/errors";
import { frameTime } from "../src/parts/frameTime";
import { stay } from "../src/parts/toasts";
import { takenOver, understood } from "../src/state/searchWith";
import { ago, bytes, duration, percent, plural } from "../src/strings";

describe("numbers for readers", () => {
  it("counts", () => {
    expect(plural(1, { one: "# picture", other: "# pictures" })).toBe("1 picture");
    expect(plural(12_345, { one: "# picture", other: "# pictures" })).toBe("12,345 pictures");
  });

  it("measures", () => {
    expect([bytes(0), bytes(999), bytes(1_000), bytes(15_200), bytes(2.5e9)]).toEqual([
      "0 B",
      "999 B",
      "1 KB",
      "15.2 KB",
      "2.5 GB",
    ]);
    expect([duration(0.0024), duration(1.25), duration(75), duration(3_720)]).toEqual([
      "2 ms",
      "1.3 s",
      "1 min 15 s",
      "1 h 2 min",
    ]);
    expect([frameTime(83_400), frameTime(3_723_000)]).toEqual(["1:23", "1:02:03"]);
  });

  it("never rounds up to all", () => {
    expect(percent(0.99999)).toBe("99.99%");
    expect(percent(1)).toBe("100%");
  });

  it("says how long ago", () => {
    const then = "Sat, 21 Nov 2026 17:28:14 GMT";
    const at = (seconds: number) => ago(then, Date.parse(then) + seconds * 1000);
    expect([at(5), at(180), at(7_200), at(86_400)]).toEqual(["now", "3 minutes ago", "2 hours ago", "yesterday"]);
  });
});

describe("failures", () => {
  it("speak in the server's words", () => {
    const failure = refusal(400, {
      status: "error",
      error: "the title is too long",
      errors: { title: ["at most 64 characters"] },
    });
    expect(failure.message).toBe("the title is too long");
    expect(failure.fields).toEqual({ title: ["at most 64 characters"] });
  });

  it("say at least the status, and what a form's first field says", () => {
    expect(refusal(502, undefined).message).toBe("502");
    expect(refusal(200, { error: "error", errors: { title: ["This field is required."] } }).message).toBe(
      "This field is required.",
    );
  });

  it("stay until they are closed", () => {
    const toast = { id: 1, text: "one two three", action: undefined };
    expect(stay({ ...toast, kind: "bad" })).toBeUndefined();
    expect(stay({ ...toast, kind: "plain" })).toBe(4_000);
  });
});

describe("the search box", () => {
  it("understands addresses, hashes and numbers", () => {
    const hash = "AB".repeat(32);
    expect(understood(` ${hash} `)).toEqual({ is: "sha256", value: hash.toLowerCase() });
    expect(understood("#12")).toEqual({ is: "media", value: "12" });
    expect(understood("https://example.org/a.jpg?x=1")).toEqual({ is: "url", value: "https://example.org/a.jpg?x=1" });
    for (const text of ["", "a cat", "file:///etc/passwd", "javascript:alert(1)"])
      expect(understood(text)).toEqual({ is: "nothing" });
  });

  it("takes the feature along to the next search, not the region", () => {
    expect(takenOver({ feature: "2", x: "0.1", sort: "date" })).toEqual({ feature: "2" });
  });
});
