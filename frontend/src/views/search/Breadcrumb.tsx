/** The pictures that led here; each leads back to its search. */
import { ChevronRight, X } from "lucide-react";
import { Fragment } from "react";
import { IconButton } from "../../parts/Button";
import { strings } from "../../strings";
import styles from "./Examples.module.css";
import { ExampleThumb, nameOf } from "./ExampleThumb";
import type { Example } from "./examples";
import type { Walk } from "./useWalk";

const words = strings.search.walk;

interface BreadcrumbProps {
  walked: readonly Example[];
  here: Example | undefined;
  walk: Walk;
  onForget: () => void;
}

export function Breadcrumb({ walked, here, walk, onForget }: BreadcrumbProps) {
  if (walked.length === 0) return null;
  return (
    <nav className={styles.walk} aria-label={words.title}>
      <ol>
        {walked.map((example, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: one may come by the same picture twice
          <Fragment key={place}>
            <li>
              <button
                type="button"
                className={styles.step}
                aria-label={words.back(place + 1)}
                title={nameOf(example)}
                onClick={() => walk.back(place)}
              >
                <ExampleThumb example={example} />
              </button>
            </li>
            <li aria-hidden>
              <ChevronRight size={14} />
            </li>
          </Fragment>
        ))}
        {here && (
          <li aria-current="page" className={styles.here} title={nameOf(here)}>
            <ExampleThumb example={here} />
            <span className="only-read-aloud">{nameOf(here)}</span>
          </li>
        )}
      </ol>
      <IconButton label={words.forget} onClick={onForget}>
        <X size={16} aria-hidden />
      </IconButton>
    </nav>
  );
}
