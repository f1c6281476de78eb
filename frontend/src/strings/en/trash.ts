/** Deleting and restoring. */
import { plural } from "../format";

export const trash = {
  delete: "Delete",
  restore: "Restore",
  deleted: (count: number) => plural(count, { one: "# picture deleted", other: "# pictures deleted" }),
  restored: (count: number) => plural(count, { one: "# picture restored", other: "# pictures restored" }),
};
