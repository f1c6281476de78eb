/** Uploads as grids show pictures. */
import type { Media, Upload } from "../../api/types";
import { uploadThumbnail } from "../../parts/Picture";

/** In the shape of a medium, with the small versions that uploads have; its number is the upload's. */
export function pictureOf({ id, sha256, ext, url, created_at, width, height }: Upload): Media {
  return {
    id,
    sha256,
    ext,
    url,
    created_at,
    width,
    height,
    mediaType: "image",
    thumbnail: uploadThumbnail(id, 320),
    byte_size: 0,
    graphic: false,
    preview: null,
  };
}

/** Names that were seen in a list, each once, in the order of the alphabet. */
export function namesIn(uploads: readonly Upload[]): string[] {
  return [...new Set(uploads.map(({ username }) => username).filter(Boolean))].sort((one, other) =>
    one.localeCompare(other),
  );
}
