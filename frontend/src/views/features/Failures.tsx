/** Pictures that gave no vector, why, and another try. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { RotateCcw } from "lucide-react";
import { failedPictures } from "../../api/features";
import { jobFailures } from "../../api/jobs";
import { lastJobs } from "../../api/runs";
import type { Feature, Job, Media } from "../../api/types";
import { Button } from "../../parts/Button";
import cards from "../../parts/Cards.module.css";
import { altOf, Picture } from "../../parts/Picture";
import { useStart } from "../../parts/runs/useStart";
import { Failed } from "../../parts/States";
import { useVeil } from "../../parts/veil";
import { strings } from "../../strings";
import styles from "./FeatureView.module.css";
import { reasonsOf, toldBy } from "./failures";

const words = strings.features.failures;
/** Of a picture in the list, in CSS pixels. */
const SIDE = 64;

/** Reasons by the numbers of the pictures. */
function useReasons(feature: Feature): ReadonlyMap<number, string> {
  const { data: jobs = [] } = useQuery(lastJobs("update_index"));
  const job: Job | undefined = toldBy(jobs, feature.id);
  const { data } = useInfiniteQuery({ ...jobFailures(job?.uuid ?? ""), enabled: job !== undefined });
  return reasonsOf(data?.pages.flatMap(({ res }) => res) ?? []);
}

function One({ media, reason }: { media: Media; reason: string | undefined }) {
  const veil = useVeil();
  return (
    <li className={styles.failure}>
      <Link to="/media/id/$id" params={{ id: `${media.id}` }} className={styles.thumbnail}>
        <Picture media={media} size={SIDE} alt="" isVeiled={veil(media)} />
        <span className="only-read-aloud">{altOf(media)}</span>
      </Link>
      <span className={styles.failureText}>
        <span aria-hidden>{altOf(media)}</span>
        <span className={cards.quiet}>{reason ?? words.unknown}</span>
      </span>
    </li>
  );
}

function List({ feature, count }: { feature: Feature; count: number }) {
  const list = useQuery(failedPictures(feature.id));
  const reasons = useReasons(feature);
  if (list.isError && !list.data) {
    return <Failed title={words.failed} error={list.error} onAgain={() => void list.refetch()} />;
  }
  if (!list.data) return <p className={cards.quiet}>{strings.parts.loading}</p>;
  return (
    <>
      <ul className={styles.failures}>
        {list.data.map((media) => (
          <One key={media.id} media={media} reason={reasons.get(media.id)} />
        ))}
      </ul>
      {count > list.data.length && <p className={cards.quiet}>{words.shown(list.data.length)}</p>}
    </>
  );
}

export function Failures({ feature, count, isBusy }: { feature: Feature; count: number; isBusy: boolean }) {
  const { isStarting, start } = useStart();
  if (count === 0) return null;
  return (
    <section className={cards.row} aria-labelledby="failures">
      <div className={cards.rowHead}>
        <div>
          <h2 id="failures">{words.title(count)}</h2>
          <p className={cards.quiet}>{words.hint}</p>
        </div>
        <div className={cards.tools}>
          <Button
            icon={<RotateCcw size={18} aria-hidden />}
            isBusy={isStarting}
            disabled={isBusy}
            onClick={() => start("update_index", { feature_id: feature.id, retry_failed: true })}
          >
            {words.again}
          </Button>
        </div>
      </div>
      <List feature={feature} count={count} />
    </section>
  );
}
