/** One picture or video with all that is known of it. */
import { strings } from "../../strings";
import { Unbuilt } from "../Unbuilt";

export default function Medium() {
  return <Unbuilt title={strings.views.media} />;
}
