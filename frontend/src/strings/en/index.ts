/** English. One file a room; views add theirs here. */
import { collect } from "./collect";
import { keys } from "./keys";
import { library } from "./library";
import { parts } from "./parts";
import { search } from "./search";
import { shell } from "./shell";
import { views } from "./views";
import { work } from "./work";

export const en = { shell, parts, collect, keys, search, library, work, views };
