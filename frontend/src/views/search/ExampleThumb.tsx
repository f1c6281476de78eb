/** A small picture of an example: the part that counts, where the browser can show one. */
import { useQuery } from "@tanstack/react-query";
import { upload } from "../../api/queries";
import { strings } from "../../strings";
import styles from "./Examples.module.css";
import type { Example } from "./examples";

const words = strings.search.query;

export function nameOf({ kind, which }: Example): string {
  return kind === "media" ? words.number(Number(which)) : words.uploaded;
}

/** The side of the smallest version that the server makes. */
const SIDE = 160;

export function ExampleThumb({ example }: { example: Example }) {
  const { kind, which, region } = example;
  const sent = useQuery({ ...upload(Number(which)), enabled: kind === "upload" }).data;
  const source = kind === "media" ? `/static/data/thumbs/${SIDE}/${which}` : sent?.url;
  if (source === undefined) return <span className={styles.thumb} />;
  const inset = region && [region.y, 1 - region.x - region.w, 1 - region.y - region.h, region.x];
  const view = inset && `inset(${inset.map((side) => `${Math.max(0, side * 100)}%`).join(" ")})`;
  // Browsers that do not know it show the whole picture.
  const style = view ? ({ objectViewBox: view } as object) : undefined;
  return <img className={styles.thumb} src={source} alt="" style={style} decoding="async" draggable={false} />;
}
