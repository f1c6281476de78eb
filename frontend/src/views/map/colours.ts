/** Colours of the theme as numbers, which is how a graphics card wants them. */

/** Red, green and blue, each from 0 to 1. */
export type Rgb = readonly [number, number, number];

/** `rgb(26, 28, 31)`, as browsers tell a computed colour, with or without transparency. */
export function rgbOf(text: string): Rgb {
  const parts = /^rgba?\(([\d.]+)[ ,]+([\d.]+)[ ,]+([\d.]+)/.exec(text)?.slice(1).map(Number) ?? [];
  const [red = 0, green = 0, blue = 0] = parts.map((part) => part / 255);
  return [red, green, blue];
}
