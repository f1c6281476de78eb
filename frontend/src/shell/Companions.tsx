/** What may come up over any view and is loaded only then: collecting, and the import that goes on. */
import { lazy, Suspense } from "react";
import { useAsked } from "../parts/collect/collecting";
import { useCarried } from "../state/dragging";

const Collecting = lazy(() => import("../parts/collect/Collecting"));

export function Companions() {
  const isCollecting = useAsked() !== undefined;
  const isCarrying = useCarried() !== undefined;
  return <Suspense>{(isCollecting || isCarrying) && <Collecting />}</Suspense>;
}
