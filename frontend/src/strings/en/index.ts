/** English. One file a room; views add theirs here. */
import { collect } from "./collect";
import { collections } from "./collections";
import { compare } from "./compare";
import { imports } from "./imports";
import { keys } from "./keys";
import { library } from "./library";
import { medium } from "./medium";
import { parts } from "./parts";
import { search } from "./search";
import { shell } from "./shell";
import { trash } from "./trash";
import { views } from "./views";
import { work } from "./work";

export const en = {
  shell,
  parts,
  collect,
  keys,
  search,
  library,
  collections,
  medium,
  compare,
  imports,
  trash,
  work,
  views,
};
