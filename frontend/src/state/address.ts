/** Typed state of a view that lives in its address. What is as it would be anyway is left out, so addresses stay short. */

/** The part of an address after `?`, name by name. */
export type Params = Readonly<Record<string, string>>;

/** One piece of state: read from the parameters, and written back as those that it needs. */
export interface Piece<Value> {
  /** Parameters that it may use. */
  readonly names: readonly string[];
  /** Never throws: what cannot be understood is as if it were not there. */
  read(params: Params): Value;
  write(value: Value): Params;
}

export type Pieces<State> = { readonly [Name in keyof State]-?: Piece<State[Name]> };

/** How a whole state is read and written. */
export interface Address<State> {
  read(params: Params): State;
  write(state: State): Params;
}

export function address<State extends object>(pieces: Pieces<State>): Address<State> {
  const names = Object.keys(pieces) as (keyof State)[];
  return {
    read: (params) => Object.fromEntries(names.map((name) => [name, pieces[name].read(params)])) as State,
    write: (state) => Object.assign({}, ...names.map((name) => pieces[name].write(state[name]))) as Params,
  };
}

/** Any text; `initial` is not written. */
export function text(name: string, initial = ""): Piece<string> {
  return {
    names: [name],
    read: (params) => params[name] ?? initial,
    write: (value) => (value === initial ? {} : { [name]: value }),
  };
}

/** One of some words. */
export function choice<const Word extends string>(name: string, words: readonly Word[], initial: Word): Piece<Word> {
  return {
    names: [name],
    read: (params) => words.find((word) => word === params[name]) ?? initial,
    write: (value) => (value === initial ? {} : { [name]: value }),
  };
}

export function flag(name: string, initial = false): Piece<boolean> {
  const piece = choice(name, ["yes", "no"], initial ? "yes" : "no");
  return {
    names: [name],
    read: (params) => piece.read(params) === "yes",
    write: (value) => piece.write(value ? "yes" : "no"),
  };
}

const WHOLE = /^\d{1,15}$/;

/** A whole number from 0, or nothing. */
export function optionalNumber(name: string): Piece<number | undefined> {
  return {
    names: [name],
    read: (params) => (WHOLE.test(params[name] ?? "") ? Number(params[name]) : undefined),
    write: (value) => (value === undefined ? {} : { [name]: `${value}` }),
  };
}

const DECIMAL = /^\d{1,9}(\.\d{1,9})?$/;

/** A number from 0 with decimals, or nothing. */
export function optionalDecimal(name: string): Piece<number | undefined> {
  return {
    names: [name],
    read: (params) => (DECIMAL.test(params[name] ?? "") ? Number(params[name]) : undefined),
    write: (value) => (value === undefined ? {} : { [name]: `${value}` }),
  };
}

/** A day, `2026-01-31`, or nothing. */
export function day(name: string): Piece<string> {
  const isDay = (value: string) => /^\d{4}-\d\d-\d\d$/.test(value) && !Number.isNaN(Date.parse(value));
  return {
    names: [name],
    read: (params) => (isDay(params[name] ?? "") ? (params[name] ?? "") : ""),
    write: (value) => (value === "" ? {} : { [name]: value }),
  };
}

/** Several of some words, in the order in which these are known. */
export function choices<const Word extends string>(name: string, known: readonly Word[]): Piece<readonly Word[]> {
  return {
    names: [name],
    read: (params) => known.filter((word) => (params[name] ?? "").split(",").includes(word)),
    write: (value) => (value.length === 0 ? {} : { [name]: value.join(",") }),
  };
}

/** Several whole numbers, `1,5,7`, each once, in their order. */
export function numbers(name: string, most = Number.POSITIVE_INFINITY): Piece<readonly number[]> {
  return {
    names: [name],
    read: (params) => {
      const found = (params[name] ?? "")
        .split(",")
        .filter((part) => WHOLE.test(part))
        .map(Number);
      return [...new Set(found)].slice(0, most);
    },
    write: (value) => (value.length === 0 ? {} : { [name]: value.join(",") }),
  };
}

/** Several words, each `,` and `%` in them escaped. */
export function words(name: string): Piece<readonly string[]> {
  const escaped = (word: string) => word.replaceAll("%", "%25").replaceAll(",", "%2C");
  const plain = (word: string) => word.replaceAll("%2C", ",").replaceAll("%25", "%");
  return {
    names: [name],
    read: (params) => [...new Set((params[name] ?? "").split(",").filter(Boolean).map(plain))],
    write: (value) => (value.length === 0 ? {} : { [name]: value.map(escaped).join(",") }),
  };
}

/** A part of a picture, in fractions of the whole. */
export interface Part {
  x: number;
  y: number;
  w: number;
  h: number;
}

const SIDES = ["x", "y", "w", "h"] as const;
const DIGITS = 4;

export function isInside({ x, y, w, h }: Part): boolean {
  const slack = 1 + 10 ** -DIGITS;
  return x >= 0 && y >= 0 && w > 0 && h > 0 && x + w <= slack && y + h <= slack;
}

/** `x`, `y`, `w`, `h`, as the API has them; nothing for the whole picture. */
export const region: Piece<Part | undefined> = {
  names: SIDES,
  read(params) {
    const [x, y, w, h] = SIDES.map((side) => Number.parseFloat(params[side] ?? "")) as [number, number, number, number];
    const part = { x, y, w, h };
    return isInside(part) ? part : undefined;
  },
  write: (part) => (part ? Object.fromEntries(SIDES.map((side) => [side, `${+part[side].toFixed(DIGITS)}`])) : {}),
};

/** `?a=1&b=2` as parameters; of a name that comes twice the last counts. */
export function parseQuery(query: string): Params {
  return Object.fromEntries(new URLSearchParams(query));
}

/** Parameters as `?a=1&b=2`, or nothing, in the order in which they are; `,` and `/` stay readable. */
export function formatQuery(params: Record<string, unknown>): string {
  const known = Object.entries(params).filter(([, value]) => value !== undefined && value !== "");
  const query = new URLSearchParams(known.map(([name, value]) => [name, String(value)])).toString();
  return query ? `?${query.replaceAll("%2C", ",").replaceAll("%2F", "/")}` : "";
}
