/** The places of pictures on a map, as the server sends them: `u32 count`, `u32 ids[count]`, `f32 xy[2 * count]`. */
import { strings } from "../strings";

export interface Places {
  readonly count: number;
  /** Numbers of the pictures. */
  readonly ids: Uint32Array;
  /** From -1 to 1, two for each picture; y grows upwards. */
  readonly xy: Float32Array;
}

const WORD_BYTES = 4;

/** Numbers are little-endian, as every machine with a browser has them; nothing is copied. */
export function placesOf(buffer: ArrayBuffer): Places {
  const count = buffer.byteLength < WORD_BYTES ? -1 : new DataView(buffer).getUint32(0, true);
  if (buffer.byteLength !== WORD_BYTES * (1 + 3 * count)) throw new Error(strings.map.cutOff);
  const ids = new Uint32Array(buffer, WORD_BYTES, count);
  return { count, ids, xy: new Float32Array(buffer, WORD_BYTES * (1 + count), 2 * count) };
}
