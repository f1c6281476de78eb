/** The model zoo. */
import { strings } from "../../strings";
import { Unbuilt } from "../Unbuilt";

export default function Models() {
  return <Unbuilt title={strings.views.models} />;
}
