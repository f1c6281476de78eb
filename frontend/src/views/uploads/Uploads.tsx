/** Pictures that were brought to search with. */
import { strings } from "../../strings";
import { Unbuilt } from "../Unbuilt";

export default function Uploads() {
  return <Unbuilt title={strings.views.uploads} />;
}
