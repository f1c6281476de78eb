/** The examples beside the query: more like these, less like those. */
import { ThumbsDown, ThumbsUp, X } from "lucide-react";
import { Section } from "../../parts/Fields";
import { strings } from "../../strings";
import styles from "./Examples.module.css";
import { ExampleThumb, nameOf } from "./ExampleThumb";
import { type Example, word } from "./examples";
import type { SearchState } from "./state";

const words = strings.search.examples;

interface RowProps {
  title: string;
  icon: typeof ThumbsUp;
  examples: readonly Example[];
  onRemove: (example: Example) => void;
}

function Row({ title, icon: Icon, examples, onRemove }: RowProps) {
  if (examples.length === 0) return null;
  return (
    <div className={styles.exampleRow}>
      <Icon size={16} strokeWidth={1.75} aria-hidden />
      <ul aria-label={title}>
        {examples.map((example) => (
          <li key={word(example)}>
            <button
              type="button"
              className={styles.step}
              aria-label={`${words.remove}: ${nameOf(example)}`}
              title={words.remove}
              onClick={() => onRemove(example)}
            >
              <ExampleThumb example={example} />
              <X className={styles.cross} size={14} strokeWidth={2.5} aria-hidden />
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

export function Examples({ state, change }: { state: SearchState; change: (part: Partial<SearchState>) => void }) {
  const { like, unlike } = state;
  if (like.length + unlike.length === 0) return null;
  const without = (list: readonly Example[], one: Example) => list.filter((other) => other !== one);
  return (
    <Section title={words.title}>
      <Row
        title={words.like}
        icon={ThumbsUp}
        examples={like}
        onRemove={(one) => change({ like: without(like, one) })}
      />
      <Row
        title={words.unlike}
        icon={ThumbsDown}
        examples={unlike}
        onRemove={(one) => change({ unlike: without(unlike, one) })}
      />
    </Section>
  );
}
