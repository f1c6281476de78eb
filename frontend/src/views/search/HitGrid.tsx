/** The hits of one feature as a grid: with their distances, what they mean, and the line where they turn to noise. */
import { useCallback, useMemo } from "react";
import type { Hit } from "../../api/types";
import { Grid, GridEnd } from "../../parts/grid/Grid";
import type { GridActions, SelectionState } from "../../parts/grid/types";
import { useVeil } from "../../parts/veil";
import { strings } from "../../strings";
import type { Places } from "./agreement";
import { said } from "./reading";
import styles from "./Search.module.css";
import type { Hits } from "./useHits";

const words = strings.search;
const mediaOf = ({ media }: Hit) => media;
const href = ({ id }: Hit) => `/search/media/${id}`;
/** Of the line with the distance, in CSS pixels. */
const CAPTION_HEIGHT = 22;

/** Of several features: what others found too. */
export interface Agreed {
  places: ReadonlyMap<number, Places>;
  /** The column of this grid. */
  column: number;
  names: readonly string[];
}

function AgreeMark({ places, column, names }: { places: Places } & Omit<Agreed, "places">) {
  const others = [...places].filter(([other]) => other !== column);
  const said = others.map(([other, place]) => words.features.place(names[other] ?? "", place)).join(", ");
  return (
    <span className={styles.agree} title={words.features.agreement(said)}>
      <span aria-hidden>
        {others.map(([other, place]) => (
          <span key={other}>{words.features.also(place)}</span>
        ))}
      </span>
      <span className="only-read-aloud">{words.features.agreement(said)}</span>
    </span>
  );
}

function Caption({ score, share }: { score: number; share: number | undefined }) {
  const { distance, closer } = said(score, share);
  return (
    <span className={styles.caption}>
      <span>{distance}</span>
      {closer && <span title={words.closer(closer)}>{closer}</span>}
    </span>
  );
}

function GroupMark({ count }: { count: number }) {
  return (
    <span className={styles.group} title={words.alsoIn(count)}>
      +{count}
      <span className="only-read-aloud">{words.alsoIn(count)}</span>
    </span>
  );
}

interface HitGridProps {
  label: string;
  hits: Hits;
  actions: GridActions<Hit>;
  selection: SelectionState;
  collected: ReadonlySet<number>;
  markedId: number | undefined;
  agreed?: Agreed | undefined;
  isKeyed?: boolean;
}

export function HitGrid({ label, hits: found, agreed, markedId, isKeyed = true, ...rest }: HitGridProps) {
  const veil = useVeil();
  const { hits, reading, noise, paging } = found;
  const caption = useCallback(
    ({ id, score }: Hit) => <Caption score={score} share={reading?.closer.get(id)} />,
    [reading],
  );
  const veiled = useCallback(({ media }: Hit) => veil(media), [veil]);
  const overlay = ({ id, group }: Hit) => {
    const places = agreed?.places.get(id);
    return (
      <>
        {agreed && places && <AgreeMark {...agreed} places={places} />}
        {group && group.count > 0 && <GroupMark count={group.count} />}
      </>
    );
  };
  const divider = useMemo(() => (noise === undefined ? undefined : { before: noise, label: words.noise }), [noise]);
  return (
    <>
      <Grid
        label={label}
        items={hits}
        mediaOf={mediaOf}
        hrefOf={href}
        paging={paging}
        caption={caption}
        captionHeight={CAPTION_HEIGHT}
        overlay={overlay}
        isVeiled={veiled}
        divider={divider}
        isKeyed={isKeyed}
        {...(markedId !== undefined && { markedId })}
        {...rest}
      />
      <GridEnd paging={paging} count={hits.length} />
    </>
  );
}
