/** Where a model comes from: its addresses are links. */
import { Fragment } from "react";
import { safeAddress } from "../../parts/markdown/address";
import { pieces } from "./source";

export function Source({ text }: { text: string }) {
  return pieces(text).map(({ text: piece, isAddress }, index) => {
    const address = isAddress ? safeAddress(piece) : undefined;
    return address === undefined ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: the text never changes
      <Fragment key={index}>{piece}</Fragment>
    ) : (
      <a key={address} href={address} rel="noopener noreferrer nofollow" target="_blank">
        {piece}
      </a>
    );
  });
}
