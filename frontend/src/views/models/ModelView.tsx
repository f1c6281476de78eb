/** One model. */
import { strings } from "../../strings";
import { Unbuilt } from "../Unbuilt";

export default function ModelView() {
  return <Unbuilt title={strings.views.models} />;
}
