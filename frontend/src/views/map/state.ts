/** What the map shows, as its address says it. */
import { address, optionalNumber, type Piece } from "../../state/address";
import { FEWEST_CORNERS, NO_RING, type Ring } from "./ring";
import { bounded, isSameView, type Point, type View, WHOLE } from "./view";

export interface MapState {
  /** Nothing: the first one that has described pictures. */
  feature: number | undefined;
  view: View;
  /** The area whose pictures are chosen. */
  area: Ring;
  /** The collection whose pictures are highlighted. */
  highlight: number | undefined;
}

/** An area of more corners is simplified before it is kept: addresses stay bearable. */
export const MOST_CORNERS = 40;

/** A millionth of the map is less than a pixel at the closest. */
const DIGITS = 6;
const NUMBER = /^-?\d{1,4}(\.\d{1,9})?$/;

const written = (value: number) => `${+value.toFixed(DIGITS)}`;

/** `0.5_-1.25` as numbers; nothing unless there are exactly so many. */
function numbersIn(text: string, count: number): number[] | undefined {
  const parts = text.split("_");
  return parts.length === count && parts.every((part) => NUMBER.test(part)) ? parts.map(Number) : undefined;
}

const view: Piece<View> = {
  names: ["at"],
  read: (params) => {
    const [x, y, zoom] = numbersIn(params.at ?? "", 3) ?? [];
    return x === undefined || y === undefined || zoom === undefined ? WHOLE : bounded({ x, y, zoom });
  },
  write: (value) => (isSameView(value, WHOLE) ? {} : { at: [value.x, value.y, value.zoom].map(written).join("_") }),
};

function corner(text: string): Point | undefined {
  const [x, y] = numbersIn(text, 2) ?? [];
  return x === undefined || y === undefined ? undefined : { x, y };
}

const area: Piece<Ring> = {
  names: ["area"],
  read: (params) => {
    const corners = (params.area ?? "").split(",").map(corner);
    const known = corners.filter((one) => one !== undefined);
    const isWhole = known.length === corners.length && known.length >= FEWEST_CORNERS && known.length <= MOST_CORNERS;
    return isWhole ? known : NO_RING;
  },
  write: (ring) => (ring.length === 0 ? {} : { area: ring.map(({ x, y }) => `${written(x)}_${written(y)}`).join(",") }),
};

export const mapAddress = address<MapState>({
  feature: optionalNumber("feature"),
  view,
  area,
  highlight: optionalNumber("highlight"),
});

/** What takes the place on the map out of the address. */
export const WITHOUT_PLACE = { view: WHOLE, area: NO_RING } as const satisfies Partial<MapState>;
