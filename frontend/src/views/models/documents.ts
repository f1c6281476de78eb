/** Markdown with tables, cut into tables and the texts between them: plain Markdown has none. */

export type Cells = readonly string[];

export type Block = { readonly text: string } | { readonly head: Cells; readonly rows: readonly Cells[] };

const ROW = /^\s*\|.*\|\s*$/;
const RULE = /^\s*\|(\s*:?-+:?\s*\|)+\s*$/;
const FENCE = /^\s*(```|~~~)/;

/** `| a | b \| c |` has two cells. */
function cellsOf(line: string): Cells {
  const inside = line.trim().slice(1, -1);
  return inside.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll("\\|", "|"));
}

/** Lines from here on that are rows; none unless a rule follows the first one. */
function tableAt(lines: readonly string[], start: number): readonly string[] {
  if (!ROW.test(lines[start] ?? "") || !RULE.test(lines[start + 1] ?? "")) return [];
  const end = lines.findIndex((line, place) => place > start + 1 && !ROW.test(line));
  return lines.slice(start, end < 0 ? lines.length : end);
}

export function blocksOf(markdown: string): Block[] {
  const lines = markdown.split("\n");
  const blocks: Block[] = [];
  let text: string[] = [];
  let isFenced = false;
  const endText = () => {
    if (text.some((line) => line.trim() !== "")) blocks.push({ text: text.join("\n") });
    text = [];
  };
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? "";
    if (FENCE.test(line)) isFenced = !isFenced;
    const [head, , ...rows] = isFenced ? [] : tableAt(lines, at);
    if (head === undefined) {
      text.push(line);
      continue;
    }
    endText();
    blocks.push({ head: cellsOf(head), rows: rows.map(cellsOf) });
    at += rows.length + 1;
  }
  endText();
  return blocks;
}
