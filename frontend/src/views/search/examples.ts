/** Pictures that a search goes by, as short words for the address: `m12`, `u3`, `m12_0.1_0.2_0.5_0.5` for a part of one. */
import { isInside, type Part, type Piece } from "../../state/address";
import { KINDS, type Kind } from "../../state/searchWith";

/** Something to search with. Of `random` and `sha256` the server says which picture it is. */
export interface Example {
  readonly kind: Kind;
  /** Number, seed or hash. */
  readonly which: string;
  readonly region?: Part | undefined;
}

const DIGITS = 4;

/** `m12` for a picture of the library. */
export function word({ kind, which, region }: Example): string {
  const sides = region ? [region.x, region.y, region.w, region.h] : [];
  return [`${kind[0]}${which}`, ...sides.map((side) => `${+side.toFixed(DIGITS)}`)].join("_");
}

const WHICH: Readonly<Record<Kind, RegExp>> = {
  media: /^\d{1,15}$/,
  upload: /^\d{1,15}$/,
  random: /^[0-9a-f]{1,64}$/i,
  sha256: /^[0-9a-f]{64}$/i,
};

/** Nothing for what is no example. */
export function example(text: string): Example | undefined {
  const [head = "", ...sides] = text.split("_");
  const kind = KINDS.find((one) => one[0] === head[0]);
  const which = head.slice(1);
  if (!kind || !WHICH[kind].test(which)) return undefined;
  const [x, y, w, h] = sides.map(Number.parseFloat) as [number, number, number, number];
  const region = { x, y, w, h };
  return sides.length === 4 && isInside(region) ? { kind, which, region } : { kind, which };
}

export function isSame(one: Example, other: Example): boolean {
  return word(one) === word(other);
}

/** The same picture, whatever part of it. */
export function isSamePicture(one: Example, other: Example): boolean {
  return one.kind === other.kind && one.which === other.which;
}

/** A picture of the library. */
export function ofLibrary(id: number): Example {
  return { kind: "media", which: `${id}` };
}

/** Several examples, the last `most` of them. */
export function examples(name: string, most: number): Piece<readonly Example[]> {
  return {
    names: [name],
    read: (params) =>
      (params[name] ?? "")
        .split(",")
        .map(example)
        .filter((one) => one !== undefined)
        .slice(-most),
    write: (value) => (value.length === 0 ? {} : { [name]: value.slice(-most).map(word).join(",") }),
  };
}
