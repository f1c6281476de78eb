/** What a picture looks like before it is there: a few dozen bytes that came with the list, painted at once. */
import { useLayoutEffect, useRef } from "react";
import { thumbHashToRGBA } from "thumbhash";
import styles from "./Picture.module.css";

/** A ThumbHash has 5 to 25 bytes; what is none is not painted. */
const SHORTEST = 5;
const LONGEST = 25;

/** Nothing for what cannot be a ThumbHash: the picture itself is on its way all the same. */
export function bytesOf(preview: string): Uint8Array | undefined {
  try {
    const bytes = Uint8Array.from(atob(preview), (letter) => letter.charCodeAt(0));
    return bytes.length >= SHORTEST && bytes.length <= LONGEST ? bytes : undefined;
  } catch {
    return undefined;
  }
}

export function Preview({ preview }: { preview: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    const bytes = bytesOf(preview);
    const context = canvas.current?.getContext("2d");
    if (!bytes || !context || !canvas.current) return;
    const { w, h, rgba } = thumbHashToRGBA(bytes);
    canvas.current.width = w;
    canvas.current.height = h;
    context.putImageData(new ImageData(new Uint8ClampedArray(rgba), w, h), 0, 0);
  }, [preview]);
  return <canvas ref={canvas} className={styles.preview} aria-hidden />;
}
