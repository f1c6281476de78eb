/** Two pictures over each other: a slider between them, a flicker, their difference, or side by side. */
import { useQueries } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { medium } from "../../api/queries";
import type { MediaFull } from "../../api/types";
import { Segments } from "../../parts/Segments";
import { Failed, LoadingGrid } from "../../parts/States";
import { ViewHead } from "../../parts/ViewHead";
import { Missing } from "../../shell/Missing";
import { address, choice } from "../../state/address";
import { useKeptScroll } from "../../state/scroll";
import { useAddress } from "../../state/useAddress";
import { strings } from "../../strings";
import { Facts } from "./Facts";
import { Beside, Difference, Flicker, SliderStage } from "./stages";

const words = strings.compare;
const MODES = ["slider", "flicker", "difference", "beside"] as const;
const compareAddress = address<{ mode: (typeof MODES)[number] }>({ mode: choice("mode", MODES, "slider") });
const STAGES = { slider: SliderStage, flicker: Flicker, difference: Difference, beside: Beside };

function Both({ one, other }: { one: MediaFull; other: MediaFull }) {
  const [{ mode }, change] = useAddress(compareAddress);
  const Stage = STAGES[mode];
  return (
    <>
      <ViewHead title={words.title}>
        <Segments
          label={words.mode}
          choices={MODES.map((each) => [each, words.modes[each]] as const)}
          value={mode}
          onChange={(next) => change({ mode: next }, { replace: true })}
        />
      </ViewHead>
      <Stage one={one.el} other={other.el} />
      <Facts one={one} other={other} />
    </>
  );
}

export default function Compare() {
  const { one, other } = useParams({ from: "/compare/$one/$other" });
  const ids = [Number(one), Number(other)];
  const isValid = ids.every((id) => Number.isSafeInteger(id) && id > 0);
  const [first, second] = useQueries({
    queries: ids.map((id) => ({ ...medium(id), enabled: isValid })),
  });
  useKeptScroll(first?.data !== undefined && second?.data !== undefined);
  if (!isValid) return <Missing />;
  if (first?.data && second?.data) return <Both one={first.data} other={second.data} />;
  const failed = [first, second].find((query) => query?.isError);
  return (
    <>
      <ViewHead title={words.title} />
      {failed ? (
        <Failed title={words.failed} error={failed.error} onAgain={() => void failed.refetch()} />
      ) : (
        <LoadingGrid />
      )}
    </>
  );
}
