/** One feature. */
import { strings } from "../../strings";
import { Unbuilt } from "../Unbuilt";

export default function FeatureView() {
  return <Unbuilt title={strings.views.features} />;
}
