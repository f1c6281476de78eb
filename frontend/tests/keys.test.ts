import { expect, it } from "vitest";
import { COMMANDS, type Command, combination, commandOf, isBeginning } from "../src/keys/map";

const press = (key: string, with_: Partial<Record<"ctrlKey" | "metaKey" | "altKey" | "shiftKey", boolean>> = {}) =>
  combination({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...with_ });

it("names combinations as the map does", () => {
  expect(press("j")).toBe("j");
  expect(press("?", { shiftKey: true })).toBe("?");
  expect(press("ArrowLeft", { shiftKey: true })).toBe("Shift+ArrowLeft");
  expect(press("a", { ctrlKey: true })).toBe("Mod+a");
  expect(press("A", { metaKey: true, shiftKey: true })).toBe("Mod+a");
});

it("leaves the browser's own combinations alone", () => {
  for (const key of ["c", "s", "r", "x", "l", "f"]) expect(commandOf(press(key, { ctrlKey: true }))).toBeUndefined();
});

it("gives no key two meanings", () => {
  const all = (Object.values(COMMANDS) as Command[]).flatMap(({ keys }) => keys);
  expect(new Set(all).size).toBe(all.length);
});

it("begins sequences with keys that mean nothing by themselves", () => {
  expect(isBeginning("g")).toBe(true);
  expect(commandOf("g")).toBeUndefined();
  expect(commandOf("g l")).toBe("goLibrary");
  expect(isBeginning("j")).toBe(false);
});
