/** The state of a search, as its address holds it. The query itself is the path. */
import { address, numbers, optionalNumber, type Part, region } from "../../state/address";

export interface SearchState {
  /** Feature that answers; nothing: the server's own choice. */
  feature: number | undefined;
  /** Others that answer beside it. */
  beside: readonly number[];
  /** Part of the query that counts. */
  region: Part | undefined;
}

const MOST_BESIDE = 3;

export const searchAddress = address<SearchState>({
  feature: optionalNumber("feature"),
  beside: numbers("beside", MOST_BESIDE),
  region,
});
