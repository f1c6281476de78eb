/** One picture, video or frame with all that is known of it. */
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { mediumAnyway } from "../../api/media";
import { Missing } from "../../shell/Missing";
import { MediumShown } from "./MediumShown";

function Known({ id }: { id: number }) {
  return <MediumShown query={useQuery(mediumAnyway(id))} />;
}

export default function Medium() {
  const { id } = useParams({ from: "/media/id/$id" });
  const known = Number(id);
  return Number.isSafeInteger(known) && known > 0 ? <Known id={known} /> : <Missing />;
}
