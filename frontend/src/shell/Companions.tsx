/** What may come up over any view and is loaded only then: collecting, and the import that goes on. */
import { lazy, Suspense } from "react";
import { whenThere } from "../api/code";
import { useImport } from "../imports/importing";
import { useAsked } from "../parts/collect/collecting";
import { useCarried } from "../state/dragging";

const Collecting = lazy(() => whenThere(() => import("../parts/collect/Collecting")));
const ImportPanel = lazy(() => whenThere(() => import("../imports/ImportPanel")));

export function Companions() {
  const isCollecting = useAsked() !== undefined;
  const isCarrying = useCarried() !== undefined;
  const isImporting = useImport() !== undefined;
  return (
    <Suspense>
      {(isCollecting || isCarrying) && <Collecting />}
      {isImporting && <ImportPanel />}
    </Suspense>
  );
}
