/** All collections. */
import { strings } from "../../strings";
import { Unbuilt } from "../Unbuilt";

export default function Collections() {
  return <Unbuilt title={strings.views.collections} />;
}
