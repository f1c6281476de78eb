/** The features: which networks describe the library, and with which index. */
import { strings } from "../../strings";
import { Unbuilt } from "../Unbuilt";

export default function Features() {
  return <Unbuilt title={strings.views.features} />;
}
