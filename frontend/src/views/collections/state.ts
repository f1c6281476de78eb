/** What the collections show, as their addresses say it. */
import { MEMBER_ORDERS, type MemberOrder } from "../../api/collections";
import { address, choice, flag } from "../../state/address";

export const listAddress = address<{ archived: boolean }>({ archived: flag("archived") });

export const collectionAddress = address<{ order: MemberOrder }>({ order: choice("order", MEMBER_ORDERS, "hand") });
