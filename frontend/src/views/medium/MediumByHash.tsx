/** A picture by the hash of its file; of a video, its first frame. */
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { mediumBySha256 } from "../../api/media";
import { MediumShown } from "./MediumShown";

export default function MediumByHash() {
  const { hash } = useParams({ from: "/media/sha256/$hash" });
  const found = useQuery(mediumBySha256(hash));
  return <MediumShown query={found} />;
}
