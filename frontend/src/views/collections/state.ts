/** What the collections show, as their addresses say it. */
import { address, choice, flag } from "../../state/address";

export const listAddress = address<{ archived: boolean }>({ archived: flag("archived") });

export const ORDERS = ["asc", "desc"] as const;
export const collectionAddress = address<{ order: (typeof ORDERS)[number] }>({
  order: choice("order", ORDERS, "asc"),
});
