/** Which model looks for things in the query: what it sees can be searched with. */
import { useQuery } from "@tanstack/react-query";
import { canFilter } from "../../api/abilities";
import { zoo } from "../../api/models";
import { Section, Select } from "../../parts/Fields";
import { strings } from "../../strings";
import { isCombined } from "./request";
import type { SearchState } from "./state";

const words = strings.search.query;
/** As the server calls it. */
const NOTHING = "none";

interface LookingProps {
  state: SearchState;
  change: (part: Partial<SearchState>) => void;
}

export function Looking({ state, change }: LookingProps) {
  const { data = [] } = useQuery(zoo);
  const { detect } = state;
  const seers = data.filter(({ isDetector, isDownloaded, key }) => key === detect || (isDetector && isDownloaded));
  // Of several examples nobody looks at any.
  if (!canFilter("detect") || isCombined(state) || (seers.length === 0 && detect === "")) return null;
  return (
    <Section title={words.looking}>
      <Select label={words.looking} isLabelHidden value={detect} onPick={(key) => change({ detect: key })}>
        <option value="">{words.lookingFor.usual}</option>
        <option value={NOTHING}>{words.lookingFor.nothing}</option>
        {seers.map(({ key, title }) => (
          <option key={key} value={key}>
            {title}
          </option>
        ))}
      </Select>
    </Section>
  );
}
