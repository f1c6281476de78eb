/** A small picture of an example: of the part that counts. */
import { uploadThumbnail } from "../../parts/Picture";
import { formatQuery, region as regionParams } from "../../state/address";
import { strings } from "../../strings";
import styles from "./Examples.module.css";
import type { Example } from "./examples";

const words = strings.search.query;

export function nameOf({ kind, which }: Example): string {
  return kind === "media" ? words.number(Number(which)) : words.uploaded;
}

/** The side of the smallest version that the server makes. */
const SIDE = 160;

function sourceOf({ kind, which }: Example): string | undefined {
  if (kind === "media") return `/static/data/thumbs/${SIDE}/${which}`;
  return kind === "upload" ? uploadThumbnail(which, SIDE) : undefined;
}

export function ExampleThumb({ example }: { example: Example }) {
  const source = sourceOf(example);
  if (source === undefined) return <span className={styles.thumb} />;
  const part = formatQuery(regionParams.write(example.region));
  return <img className={styles.thumb} src={`${source}${part}`} alt="" decoding="async" draggable={false} />;
}
