/** Which uploads are shown, as the address says it. */
import { address, choice, text } from "../../state/address";

export interface UploadsState {
  /** Whose; empty: everybody's. */
  by: string;
  sort: "newest" | "oldest";
}

export const uploadsAddress = address<UploadsState>({
  by: text("by"),
  sort: choice("sort", ["newest", "oldest"], "newest"),
});
