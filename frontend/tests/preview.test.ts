import { expect, it } from "vitest";
import { bytesOf } from "../src/parts/Preview";

it("takes a ThumbHash and nothing else", () => {
  expect(bytesOf("1QcSHQRnh493V4dIh4eXh1h4kJUI")?.length).toBe(21);
  for (const wrong of ["", "AAAA", "not base 64!", "A".repeat(80)]) expect(bytesOf(wrong)).toBeUndefined();
});
