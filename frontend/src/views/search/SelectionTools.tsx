/** What a search can do with several pictures at once. */
import { ThumbsDown, ThumbsUp } from "lucide-react";
import { CAN_COMBINE } from "../../api/abilities";
import { IconButton } from "../../parts/Button";
import { CompareButton } from "../../parts/CompareButton";
import { strings } from "../../strings";
import type { Liking } from "./useExamples";

const words = strings.search.examples;

interface SelectionToolsProps {
  ids: ReadonlySet<number>;
  examples: Liking;
  onDone: () => void;
}

export function SelectionTools({ ids, examples, onDone }: SelectionToolsProps) {
  const then = (act: (ids: readonly number[]) => void) => () => {
    act([...ids]);
    onDone();
  };
  return (
    <>
      {CAN_COMBINE && (
        <>
          <IconButton label={words.like} onClick={then(examples.like)}>
            <ThumbsUp size={18} aria-hidden />
          </IconButton>
          <IconButton label={words.unlike} onClick={then(examples.unlike)}>
            <ThumbsDown size={18} aria-hidden />
          </IconButton>
        </>
      )}
      <CompareButton ids={[...ids]} />
    </>
  );
}
