/** Kinds of index and their settings: what they usually are, what they may be, and how they are typed and sent. */
import type { IndexType } from "../../api/features";
import type { Feature } from "../../api/types";
import type { strings } from "../../strings";

export type SettingName = keyof typeof strings.features.settingNames;

export interface Setting {
  readonly name: SettingName;
  readonly usual: number | string;
  /** Bounds of numbers, both included. */
  readonly least?: number;
  readonly most?: number;
  /** May have decimals. */
  readonly isFraction?: boolean;
}

/** In the order in which they are offered; `annoy` is only kept from old libraries. */
export const KINDS = ["auto", "codes", "flat", "hnsw", "faiss"] as const satisfies readonly IndexType[];

const CODES: readonly Setting[] = [
  { name: "recall", usual: 0.99, least: 0.5, most: 0.9999, isFraction: true },
  { name: "lists", usual: 0, least: 0, most: 65_536 },
];
const EF_CONSTRUCTION: Setting = { name: "ef_construction", usual: 80, least: 8, most: 4096 };
const EF_SEARCH: Setting = { name: "ef_search", usual: 192, least: 1, most: 65_536 };
const GRAPH: readonly Setting[] = [{ name: "m", usual: 24, least: 4, most: 128 }, EF_CONSTRUCTION, EF_SEARCH];

export const SETTINGS: Readonly<Record<IndexType, readonly Setting[]>> = {
  auto: CODES,
  codes: CODES,
  flat: [],
  hnsw: GRAPH,
  annoy: GRAPH,
  faiss: [
    { name: "factory_type", usual: "HNSW32" },
    EF_CONSTRUCTION,
    EF_SEARCH,
    { name: "nprobe", usual: 0, least: 0, most: 2 ** 20 },
    { name: "k_factor", usual: 20, least: 1, most: 1000 },
  ],
};

/** What stands in the fields; nothing typed is the usual value. */
export type Typed = Readonly<Partial<Record<SettingName, string>>>;

export function kindOf({ index_type }: Pick<Feature, "index_type">): IndexType {
  return index_type in SETTINGS ? (index_type as IndexType) : "auto";
}

function parsed(text: string | null | undefined): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text || "{}");
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** Settings stand at the top, or alone in an object named like the kind. */
export function storedSettings(feature: Pick<Feature, "index_type" | "index_settings">): Record<string, unknown> {
  const all = parsed(feature.index_settings);
  const inner = all[feature.index_type];
  const isAlone = Object.keys(all).length === 1 && typeof inner === "object" && inner !== null;
  return isAlone ? (inner as Record<string, unknown>) : all;
}

export function typedOf(feature: Pick<Feature, "index_type" | "index_settings">): Typed {
  const { factory, ...stored } = storedSettings(feature);
  const known: Record<string, unknown> = { ...(factory !== undefined && { factory_type: factory }), ...stored };
  const typed = SETTINGS[kindOf(feature)].flatMap(({ name }) => (name in known ? [[name, String(known[name])]] : []));
  return Object.fromEntries(typed) as Typed;
}

function numberIn(
  { least = 0, most = Number.MAX_SAFE_INTEGER, isFraction }: Setting,
  text: string,
): number | undefined {
  const value = Number(text.replace(",", "."));
  const isRight = isFraction ? Number.isFinite(value) : Number.isSafeInteger(value);
  return isRight && value >= least && value <= most ? value : undefined;
}

export interface Understood {
  /** What is sent: only what is not as it would be anyway; `null` for nothing. */
  settings: Readonly<Record<string, number | string>> | null;
  /** Fields that do not hold what they should. */
  wrong: readonly SettingName[];
}

export function understood(kind: IndexType, typed: Typed): Understood {
  const settings: Record<string, number | string> = {};
  const wrong: SettingName[] = [];
  for (const setting of SETTINGS[kind]) {
    const text = (typed[setting.name] ?? "").trim();
    if (text === "") continue;
    const value = typeof setting.usual === "number" ? numberIn(setting, text) : text;
    if (value === undefined) wrong.push(setting.name);
    else if (value !== setting.usual) settings[setting.name] = value;
  }
  return { settings: Object.keys(settings).length > 0 ? settings : null, wrong };
}
