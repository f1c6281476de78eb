/** What collecting shows over any view: the dialog that asks where to, and the shelf to drop on. */
import { useCarried } from "../../state/dragging";
import { CollectDialog } from "./CollectDialog";
import { useAsked } from "./collecting";
import { DropShelf } from "./DropShelf";

export default function Collecting() {
  const asked = useAsked();
  const carried = useCarried();
  return (
    <>
      <CollectDialog ids={asked} />
      {carried && carried.length > 0 && <DropShelf ids={carried} />}
    </>
  );
}
