/** Where links in notes may lead. */

const ALLOWED = new Set(["http:", "https:", "mailto:"]);
/** Any base will do: it only tells whether an address is relative. */
const HERE = new URL("likeness://here/");

/** The address, if it leads to the web, to a mailbox or to a page of this program; else nothing. */
export function safeAddress(text: string): string | undefined {
  let url: URL;
  try {
    url = new URL(text, HERE);
  } catch {
    return undefined;
  }
  const isRelative = url.protocol === HERE.protocol && !/^\s*likeness:/i.test(text);
  return ALLOWED.has(url.protocol) || isRelative ? text.trim() : undefined;
}

/** The first line of a note without its marks, to show in lists. */
export function firstLine(text: string, longest = 120): string {
  const line = text.split("\n").find((one) => one.trim() !== "") ?? "";
  const plain = line
    .replace(/^\s*([#>*+-]+|\d+[.)])\s+/, "")
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/[*_`~]+/g, "")
    .trim();
  return plain.length > longest ? `${plain.slice(0, longest - 1).trimEnd()}…` : plain;
}
