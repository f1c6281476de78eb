/** One collection. */
import { strings } from "../../strings";
import { Unbuilt } from "../Unbuilt";

export default function Collection() {
  return <Unbuilt title={strings.views.collections} />;
}
