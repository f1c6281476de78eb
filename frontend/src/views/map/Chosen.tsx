/** The pictures of the chosen area, beside the map: to select among, to search with, to collect. */
import { useNavigate } from "@tanstack/react-router";
import { ScanSearch, SquareDashed, X } from "lucide-react";
import { useCallback, useEffect, useMemo, useState } from "react";
import { CAN_COMBINE } from "../../api/abilities";
import type { Media } from "../../api/types";
import { useKeys } from "../../keys/useKeys";
import { Button, IconButton } from "../../parts/Button";
import { CompareButton } from "../../parts/CompareButton";
import { collect } from "../../parts/collect/collecting";
import { Grid } from "../../parts/grid/Grid";
import type { SelectionState } from "../../parts/grid/types";
import { SelectionBar } from "../../parts/SelectionBar";
import { Empty } from "../../parts/States";
import { useVeil } from "../../parts/veil";
import { useSearchWith } from "../../state/searchWith";
import { only } from "../../state/selection";
import { strings } from "../../strings";
import { MOST_EXAMPLES } from "../search/state";
import styles from "./Chosen.module.css";
import type { Points } from "./painter";
import { pictureOf } from "./picture";
import { representatives } from "./ring";

const words = strings.map;
const itself = (media: Media) => media;
const href = ({ id }: Media) => `/media/id/${id}`;

/** The query itself and its further examples. */
const MOST_SEARCHED = CAN_COMBINE ? 1 + MOST_EXAMPLES : 1;

interface ChosenProps {
  points: Points;
  /** Places among the points. */
  indexes: readonly number[];
  feature: number;
  graphic: ReadonlySet<number>;
  onDrop: () => void;
}

/** A search with all that are selected, or with a spread choice when they are many. */
function SearchThese({ points: { places }, indexes, feature, ids }: ChosenProps & { ids: ReadonlySet<number> }) {
  const navigate = useNavigate();
  const selected = indexes.filter((index) => ids.has(places.ids[index] ?? 0));
  const go = () => {
    const spread = representatives(selected, places.xy, MOST_SEARCHED);
    const [first = 0, ...others] = spread.map((index) => places.ids[index] ?? 0);
    const like = others.map((id) => `m${id}`).join(",");
    const search = { feature: `${feature}`, ...(like && { like }) };
    void navigate({ to: "/search/$kind/$which", params: { kind: "media", which: `${first}` }, search });
  };
  return (
    <Button icon={<ScanSearch size={18} aria-hidden />} onClick={go}>
      {selected.length > MOST_SEARCHED ? words.searchSome(MOST_SEARCHED) : words.searchThese}
    </Button>
  );
}

function usePictures({ points: { places }, indexes, graphic }: ChosenProps): readonly Media[] {
  return useMemo(
    () => indexes.map((index) => places.ids[index] ?? 0).map((id) => pictureOf(id, graphic.has(id))),
    [places, indexes, graphic],
  );
}

/** All of another area are selected at first: they were drawn around to do something with them. */
function useSelection(media: readonly Media[]): SelectionState {
  const all = useCallback(() => only(media.map(({ id }) => id)), [media]);
  const [value, change] = useState(all);
  useEffect(() => change(all()), [all]);
  return { value, change };
}

function Pictures({ media, selection }: { media: readonly Media[]; selection: SelectionState }) {
  const veiled = useVeil();
  const navigate = useNavigate();
  const searchWith = useSearchWith();
  const { ids } = selection.value;
  return (
    <Grid
      label={words.chosen}
      items={media}
      mediaOf={itself}
      hrefOf={href}
      actions={{
        open: ({ id }) => void navigate({ to: "/media/id/$id", params: { id: `${id}` } }),
        searchThis: ({ id }) => searchWith.media(id),
        collect: ({ id }) => collect(ids.has(id) ? [...ids] : [id]),
      }}
      selection={selection}
      isVeiled={veiled}
    />
  );
}

export function Chosen(props: ChosenProps) {
  const { indexes, onDrop } = props;
  const media = usePictures(props);
  const selection = useSelection(media);
  const { ids } = selection.value;
  useKeys({ clear: () => (ids.size > 0 ? false : onDrop()) });
  return (
    <section className={styles.chosen} aria-label={words.chosen}>
      <header className={styles.chosenHead}>
        <h2>{words.chosenCount(indexes.length)}</h2>
        <IconButton label={words.drop} onClick={onDrop}>
          <X size={18} aria-hidden />
        </IconButton>
      </header>
      {media.length === 0 ? (
        <Empty icon={SquareDashed} title={words.chosenNone} hint={words.chosenNoneHint} />
      ) : (
        <Pictures media={media} selection={selection} />
      )}
      <SelectionBar selection={selection}>
        <SearchThese {...props} ids={ids} />
        <CompareButton ids={[...ids]} />
      </SelectionBar>
    </section>
  );
}
