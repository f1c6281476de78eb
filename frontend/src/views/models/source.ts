/** A text that may hold addresses, cut at them. */

export interface Piece {
  text: string;
  isAddress: boolean;
}

/** What ends a sentence or a list does not belong to the address before it. */
const ADDRESS = /(https?:\/\/[^\s()<>"]*[^\s()<>".,;:])/;

export function pieces(text: string): Piece[] {
  return text
    .split(ADDRESS)
    .map((piece, place) => ({ text: piece, isAddress: place % 2 === 1 }))
    .filter(({ text: piece }) => piece !== "");
}
