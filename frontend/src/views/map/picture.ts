/** A picture of which only its number is known, as on a map: small versions have the number for an address, and so has its page. */
import type { Media } from "../../api/types";

const UNKNOWN = {
  byte_size: 0,
  camera: null,
  captured_at: null,
  created_at: "",
  duration_ms: null,
  ext: "",
  frame: null,
  frame_rate: null,
  height: 1,
  mediaType: "image",
  preview: null,
  sha256: "",
  time_ms: null,
  url: "",
  width: 1,
} as const;

/** Square: its sides are not known. */
export function pictureOf(id: number, isGraphic: boolean): Media {
  return { ...UNKNOWN, id, graphic: isGraphic, thumbnail: `/static/data/thumbs/320/${id}` };
}
