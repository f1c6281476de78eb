/** Who is at the page, as the API wants to be told with everything that is made. There are no accounts: it is a name. */
import { kept } from "./kept";

export const LONGEST_NAME = 16;

const isName = (value: unknown): value is string =>
  typeof value === "string" && value.trim() !== "" && value.length <= LONGEST_NAME;

export const person = kept<string>("username", "anonymous", isName);
