/** A virtual, justified grid of pictures: any number of them, by mouse, touch and keys. */
import clsx from "clsx";
import {
  type DragEvent,
  type FocusEvent,
  Fragment,
  type ReactNode,
  useCallback,
  useEffect,
  useMemo,
  useRef,
} from "react";
import { carry, putDown } from "../../state/dragging";
import { useKept } from "../../state/kept";
import { ranged, toggled } from "../../state/selection";
import { strings } from "../../strings";
import { Button } from "../Button";
import styles from "./Grid.module.css";
import type { Row } from "./justified";
import { mayLoad } from "./paging";
import { rowHeight } from "./size";
import { type Picking, Tile } from "./Tile";
import type { GridProps, Paging } from "./types";
import { useArranging } from "./useArranging";
import { useGridKeys } from "./useGridKeys";
import { useHold } from "./useHold";
import { DIVIDER, useGridLayout } from "./useLayout";
import { useMarquee } from "./useMarquee";

/** How far from the end the next page is asked for, in rows. */
const ROWS_AHEAD = 6;

/** Frames and uploads of old libraries may lack their measures. */
function ratioOf(width: number, height: number): number {
  return width > 0 && height > 0 ? width / height : 1;
}

/** Callbacks by index that never change, so that tiles are not drawn again for nothing. */
function useByIndex<Item>(
  items: readonly Item[],
  action: ((item: Item) => void) | undefined,
  activate: (index: number) => void,
) {
  const latest = useRef({ items, action });
  latest.current = { items, action };
  const call = useCallback(
    (index: number) => {
      const item = latest.current.items[index];
      activate(index);
      if (item) latest.current.action?.(item);
    },
    [activate],
  );
  return action ? call : undefined;
}

function usePick(
  { selection }: Pick<GridProps<never>, "selection">,
  ids: readonly number[],
  activate: (index: number) => void,
) {
  const latest = useRef({ selection, ids });
  latest.current = { selection, ids };
  const pick = useCallback(
    (index: number, how: Picking) => {
      const { selection: now, ids: order } = latest.current;
      const id = order[index];
      if (!now || id === undefined) return;
      activate(index);
      now.change(how === "range" ? ranged(now.value, id, order) : toggled(now.value, id));
    },
    [activate],
  );
  return selection ? pick : undefined;
}

function useMorePages(paging: Paging | undefined, lastRow: number, rowCount: number): void {
  const isNear = rowCount > 0 && lastRow >= rowCount - ROWS_AHEAD;
  useEffect(() => {
    if (isNear && paging && mayLoad(paging)) paging.load();
  }, [isNear, paging]);
}

/** A line above the row that begins here. */
function Divider({ label, top }: { label: ReactNode; top: number }) {
  const style = { transform: `translateY(${top - DIVIDER}px)`, height: DIVIDER };
  return (
    <div role="row" className={styles.divider} style={style}>
      <span role="gridcell">{label}</span>
    </div>
  );
}

export function Grid<Item>(props: GridProps<Item>) {
  const { items, mediaOf, selection, paging, captionHeight = 0 } = props;
  const container = useRef<HTMLDivElement>(null);
  const marquee = useRef<HTMLDivElement>(null);
  const gap = useRef<HTMLDivElement>(null);
  const [height] = useKept(rowHeight);
  const media = useMemo(() => items.map(mediaOf), [items, mediaOf]);
  const ids = useMemo(() => media.map(({ id }) => id), [media]);
  const ratios = useMemo(() => media.map((one) => ratioOf(one.width, one.height)), [media]);
  const grid = useGridLayout(container, ratios, height, captionHeight, props.divider?.before);
  const { active, activate } = useGridKeys({
    items,
    ids,
    grid,
    actions: props.actions,
    selection,
    isKeyed: props.isKeyed ?? true,
  });
  const onOpen = useByIndex(items, props.actions.open, activate);
  const onSearch = useByIndex(items, props.actions.searchThis, activate);
  const onCollect = useByIndex(items, props.actions.collect, activate);
  const onNote = useByIndex(items, props.actions.note, activate);
  const onPick = usePick({ ...(selection && { selection }) }, ids, activate);
  useMarquee(container, marquee, { grid, ids, selection });
  useHold(container, selection);
  useArranging(container, gap, { layout: grid.layout, ids, arrange: props.arrange });
  const onDragStart = (event: DragEvent) => selection && carry(event.dataTransfer, [...selection.value.ids]);
  // Keys act upon what has the focus, however it got it.
  const onFocus = ({ target }: FocusEvent) => {
    const index = ids.indexOf(Number(target.closest<HTMLElement>("[data-id]")?.dataset.id));
    if (index >= 0 && index !== active.index) activate(index);
  };
  const shown = grid.rows.getVirtualItems();
  useMorePages(paging, shown.at(-1)?.index ?? 0, grid.layout.rows.length);

  const tile = (index: number, row: Row) => {
    const [item, one] = [items[index], media[index]];
    const place = row.places[index - (row.places[0]?.index ?? 0)];
    if (!item || !one || !place || !onOpen) return null;
    const id = one.id;
    return (
      <Tile
        key={`${id}:${index}`}
        media={one}
        place={place}
        href={props.hrefOf(item)}
        captionHeight={captionHeight}
        caption={props.caption?.(item, index)}
        overlay={props.overlay?.(item, index)}
        isActive={active.index === undefined ? index === 0 : active.index === index}
        wantsFocus={active.wantsFocus && active.index === index}
        isSelected={selection?.value.ids.has(id)}
        isMarked={props.markedId === id}
        isVeiled={props.isVeiled?.(item) ?? false}
        isCollected={props.collected?.has(id)}
        onOpen={onOpen}
        onPick={onPick}
        onSearch={onSearch}
        onCollect={onCollect}
        onNote={onNote}
      />
    );
  };
  return (
    <div
      ref={container}
      role="grid"
      aria-label={props.label}
      aria-rowcount={grid.layout.rows.length}
      aria-multiselectable={selection !== undefined}
      aria-busy={paging?.isLoading ?? false}
      className={clsx(styles.grid, selection && selection.value.ids.size > 0 && styles.selecting)}
      style={{ height: grid.layout.height }}
      onFocus={onFocus}
      onDragStart={onDragStart}
      onDragEnd={putDown}
    >
      {shown.map(({ index: number }) => {
        const row = grid.layout.rows[number];
        if (!row) return null;
        const hasLine = props.divider !== undefined && row.places[0]?.index === props.divider.before;
        return (
          <Fragment key={number}>
            {hasLine && <Divider label={props.divider?.label} top={row.top} />}
            <div
              role="row"
              aria-rowindex={number + 1}
              className={styles.row}
              style={{ transform: `translateY(${row.top}px)` }}
            >
              {row.places.map(({ index }) => tile(index, row))}
            </div>
          </Fragment>
        );
      })}
      <div ref={marquee} className={styles.marquee} aria-hidden hidden />
      <div ref={gap} className={styles.gap} aria-hidden hidden />
    </div>
  );
}

/** What stands under a grid: more is coming, it could not be read, or that was all. */
export function GridEnd({ paging, count }: { paging: Paging; count: number }) {
  const words = strings.parts.grid;
  const { hasMore, isLoading, hasFailed, load } = paging;
  if (hasFailed && !isLoading) {
    return (
      <div className={styles.end} role="alert">
        {words.moreFailed} <Button onClick={load}>{strings.parts.again}</Button>
      </div>
    );
  }
  return (
    <p className={styles.end} role="status">
      {hasMore ? words.more : words.end(count)}
    </p>
  );
}
