/** The house rules that a machine can check, as `tests/it/tidy.rs` does for the rest. */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { expect, it } from "vitest";

const ROOT = join(__dirname, "..");
const LONGEST_FILE = 220;

interface Source {
  name: string;
  text: string;
}

function sources(folder: string): Source[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sources(path);
    if (!/\.(ts|tsx|css)$/.test(path) || path.endsWith("api/schema.ts")) return [];
    return [{ name: relative("", path), text: readFileSync(join(ROOT, path), "utf8") }];
  });
}

const ALL = sources("src");
const CODE = ALL.filter(({ name }) => !name.endsWith(".css"));
const without = (pattern: RegExp, among: readonly Source[]) =>
  among.filter(({ text }) => pattern.test(text)).map(({ name }) => name);

it("finds the sources", () => expect(CODE.length).toBeGreaterThan(40));

it("keeps files short", () => {
  expect(ALL.filter(({ text }) => text.split("\n").length > LONGEST_FILE).map(({ name }) => name)).toEqual([]);
});

it("says at the top of each file what it is for", () => {
  expect(CODE.filter(({ text }) => !text.startsWith("/**")).map(({ name }) => name)).toEqual([]);
});

it("asks the server in one room only", () => {
  expect(
    without(/\bfetch\(|XMLHttpRequest|from "openapi-fetch"|from "socket\.io-client"/, CODE).filter(
      (name) => !name.startsWith("src/api/"),
    ),
  ).toEqual([]);
});

it("names no other host and nothing that the policy forbids", () => {
  const foreign = /["'`(]https?:\/\/(?!www\.w3\.org)[a-z]|dangerouslySetInnerHTML|\beval\(|new Function\(/;
  expect(without(foreign, ALL)).toEqual([]);
});

it("names colours in the tokens only", () => {
  const colour = /#[0-9a-f]{3,8}\b|\brgba?\(|\bhsla?\(/i;
  const styles = ALL.filter(({ name }) => name.endsWith(".css") && !name.startsWith("src/look/"));
  expect(without(colour, styles)).toEqual([]);
});
