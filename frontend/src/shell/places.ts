/** The places of the main navigation. */
import {
  Boxes,
  BrainCircuit,
  Folders,
  Images,
  ListTodo,
  type LucideIcon,
  Map as MapIcon,
  ScanSearch,
} from "lucide-react";
import { strings } from "../strings";

export interface Place {
  to: string;
  title: string;
  icon: LucideIcon;
  /** Beginnings of the addresses that belong to it. */
  owns: readonly string[];
}

const titles = strings.shell.places;

export const PLACES: readonly Place[] = [
  { to: "/search", title: titles.search, icon: ScanSearch, owns: ["/search", "/uploads"] },
  { to: "/library", title: titles.library, icon: Images, owns: ["/library", "/media", "/compare"] },
  { to: "/collections", title: titles.collections, icon: Folders, owns: ["/collections"] },
  { to: "/work", title: titles.work, icon: ListTodo, owns: ["/work", "/dashboard"] },
  { to: "/features", title: titles.features, icon: Boxes, owns: ["/features"] },
  { to: "/models", title: titles.models, icon: BrainCircuit, owns: ["/models"] },
  { to: "/map", title: titles.map, icon: MapIcon, owns: ["/map"] },
];

/** Places that a phone shows at the bottom; the rest are behind "More". */
export const ON_PHONES = 4;

export function isAt(place: Place, path: string): boolean {
  return place.owns.some((own) => path === own || path.startsWith(`${own}/`));
}
