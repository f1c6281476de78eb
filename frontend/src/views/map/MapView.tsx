/** The library as a map. */
import { strings } from "../../strings";
import { Unbuilt } from "../Unbuilt";

export default function MapView() {
  return <Unbuilt title={strings.views.map} />;
}
