/** Puts two selected pictures side by side, by button and key. */
import { useNavigate } from "@tanstack/react-router";
import { Columns2 } from "lucide-react";
import { useKeys } from "../keys/useKeys";
import { strings } from "../strings";
import { IconButton } from "./Button";

export function CompareButton({ ids }: { ids: readonly number[] }) {
  const navigate = useNavigate();
  const [one, other] = ids;
  const compare = () => {
    if (ids.length !== 2) return false;
    void navigate({ to: "/compare/$one/$other", params: { one: `${one}`, other: `${other}` } });
    return true;
  };
  useKeys({ compare });
  if (ids.length !== 2) return null;
  return (
    <IconButton label={strings.compare.compare} onClick={compare}>
      <Columns2 size={18} aria-hidden />
    </IconButton>
  );
}
