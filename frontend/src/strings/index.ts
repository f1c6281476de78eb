/** All words of the pages. Another language is another object of the same type. */
import { en } from "./en";

export type Strings = typeof en;

export const strings: Strings = en;
export * from "./format";
