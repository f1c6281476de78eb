/** Stands in for a view whose page is still to be built: says so, and where the same can be done today. */
import { Hammer } from "lucide-react";
import { Empty } from "../parts/States";
import { ViewHead } from "../parts/ViewHead";
import { strings } from "../strings";

export function Unbuilt({ title }: { title: string }) {
  const words = strings.shell.unbuilt;
  return (
    <>
      <ViewHead title={title} />
      <Empty icon={Hammer} title={words.title(title)} hint={words.remedy} />
    </>
  );
}
