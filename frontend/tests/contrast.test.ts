/** Whether everybody can read the pages, in both themes: WCAG 2.2, level AA. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

type Colour = readonly number[];

const TEXT = 4.5;
const SHAPES = 3;

const css = readFileSync(join(__dirname, "../src/look/tokens.css"), "utf8");
const tokens = new Map(
  [...css.matchAll(/--([\w-]+): light-dark\((#\w{6}), (#\w{6})\);/g)].map(([, name = "", light = "", dark = ""]) => [
    name,
    { light, dark },
  ]),
);

function channels(hexadecimal: string): Colour {
  return [1, 3, 5].map((at) => Number.parseInt(hexadecimal.slice(at, at + 2), 16) / 255);
}

function luminance(colour: Colour): number {
  const [red = 0, green = 0, blue = 0] = colour.map((one) =>
    one <= 0.040_45 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4,
  );
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string, theme: "light" | "dark"): number {
  const [first = 0, second = 0] = [one, other].map((name) => luminance(channels(tokens.get(name)?.[theme] ?? "")));
  return (Math.max(first, second) + 0.05) / (Math.min(first, second) + 0.05);
}

const SURFACES = ["back", "surface", "raised", "sunken"];
const INKS = ["ink", "quiet", "accent", "good", "warn", "bad", "series-1", "series-2", "series-3", "series-4"];
const ON_THEIR_OWN = [
  ["accent", "accent-wash"],
  ["good", "good-wash"],
  ["warn", "warn-wash"],
  ["bad", "bad-wash"],
  ["on-accent", "accent"],
  ["on-accent", "accent-strong"],
  ["surface", "bad"],
  ["quiet", "empty-picture"],
] as const;

describe.each(["light", "dark"] as const)("in the %s theme", (theme) => {
  it("text can be read on every surface", () => {
    const pairs = [...INKS.flatMap((ink) => SURFACES.map((surface) => [ink, surface] as const)), ...ON_THEIR_OWN];
    expect(pairs.filter(([ink, surface]) => !(contrast(ink, surface, theme) >= TEXT))).toEqual([]);
  });

  it("borders of fields and marks can be seen", () => {
    expect(SURFACES.filter((surface) => !(contrast("line-strong", surface, theme) >= SHAPES))).toEqual([]);
  });
});
