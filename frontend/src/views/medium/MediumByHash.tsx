/** A picture by the hash of its file. */
import { strings } from "../../strings";
import { Unbuilt } from "../Unbuilt";

export default function MediumByHash() {
  return <Unbuilt title={strings.views.media} />;
}
