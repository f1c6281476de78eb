/** English. One file a room; views add theirs here. */
import { chart } from "./chart";
import { collect } from "./collect";
import { collections } from "./collections";
import { compare } from "./compare";
import { dashboard } from "./dashboard";
import { features } from "./features";
import { imports } from "./imports";
import { keys } from "./keys";
import { library } from "./library";
import { map } from "./map";
import { medium } from "./medium";
import { models } from "./models";
import { parts } from "./parts";
import { runs } from "./runs";
import { search } from "./search";
import { shell } from "./shell";
import { trash } from "./trash";
import { uploads } from "./uploads";
import { work } from "./work";

export const en = {
  shell,
  parts,
  collect,
  chart,
  keys,
  search,
  library,
  collections,
  medium,
  compare,
  imports,
  trash,
  work,
  dashboard,
  uploads,
  runs,
  features,
  models,
  map,
};
