/** The end of a list that comes in pages: fetches the next one as it comes in sight, or when its button is pressed. */
import { useEffect, useRef } from "react";
import { strings } from "../strings";
import { Button } from "./Button";
import { mayLoad } from "./grid/paging";
import type { Paging } from "./grid/types";
import styles from "./MoreRows.module.css";

const words = strings.parts.rows;

/** How far below the window the end may be, in CSS pixels. */
const AHEAD = "600px";

function LoadButton({ paging }: { paging: Paging }) {
  const button = useRef<HTMLDivElement>(null);
  const latest = useRef(paging);
  latest.current = paging;
  const { isLoading } = paging;
  const isWatched = mayLoad(paging);
  useEffect(() => {
    const watched = button.current;
    if (!watched || !isWatched) return;
    // Watching begins anew after each page: one that is too short to fill the window leaves the end in sight.
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && latest.current.load(), {
      rootMargin: AHEAD,
    });
    observer.observe(watched);
    return () => observer.disconnect();
  }, [isWatched]);
  return (
    <div ref={button}>
      {paging.hasFailed && !isLoading && <p role="alert">{strings.parts.grid.moreFailed}</p>}
      <Button isBusy={isLoading} onClick={paging.load}>
        {isLoading ? strings.parts.grid.more : words.more}
      </Button>
    </div>
  );
}

/** `total`: of the whole list, told once its end is reached. */
export function MoreRows({ paging, total }: { paging: Paging; total: number }) {
  return (
    <div className={styles.end}>
      {paging.hasMore ? <LoadButton paging={paging} /> : <p>{strings.parts.grid.end(total)}</p>}
    </div>
  );
}
