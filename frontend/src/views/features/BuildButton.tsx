/** Builds what a feature lacks: the button says what that is. */
import { Hammer } from "lucide-react";
import type { Feature } from "../../api/types";
import { Button } from "../../parts/Button";
import { useStart } from "../../parts/runs/useStart";
import { strings } from "../../strings";
import type { Standing } from "./standing";

const words = strings.features;

/** Standings from which one builds on; of the others nothing is missing, or it is being done. */
const LACKING: readonly Standing["is"][] = ["new", "unindexed", "behind"];

export function BuildButton({ feature, standing }: { feature: Feature; standing: Standing }) {
  const { isStarting, start } = useStart();
  if (!LACKING.includes(standing.is)) return null;
  return (
    <Button
      kind="primary"
      icon={<Hammer size={18} aria-hidden />}
      isBusy={isStarting}
      onClick={() => start("update_index", { feature_id: feature.id })}
    >
      {standing.is === "behind" ? words.catchUp : words.build}
    </Button>
  );
}
