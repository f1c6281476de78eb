/** What the list of features shows, as its address says it: also the form for a new one, so that other views can lead to it. */
import { address, flag, text } from "../../state/address";

export const listAddress = address<{ create: boolean; model: string }>({
  create: flag("new"),
  /** The model to begin with. */
  model: text("model"),
});
