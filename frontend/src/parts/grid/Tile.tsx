/** One picture of a grid with what can be done with it. */
import clsx from "clsx";
import { Check, FolderCheck, FolderPlus, NotebookPen, ScanSearch } from "lucide-react";
import { type MouseEvent, memo, type ReactNode, useLayoutEffect, useRef } from "react";
import type { Media } from "../../api/types";
import { strings } from "../../strings";
import { Picture } from "../Picture";
import styles from "./Grid.module.css";
import type { Place } from "./justified";

const words = strings.parts.grid;

/** How a click wants to select, if it does. */
export type Picking = "toggle" | "range";

export interface TileProps {
  media: Media;
  place: Place;
  href: string;
  captionHeight: number;
  caption: ReactNode;
  overlay: ReactNode;
  isActive: boolean;
  wantsFocus: boolean;
  isSelected: boolean | undefined;
  isMarked: boolean;
  isVeiled: boolean;
  isCollected: boolean | undefined;
  onOpen: (index: number) => void;
  onPick: ((index: number, how: Picking) => void) | undefined;
  onSearch: ((index: number) => void) | undefined;
  onCollect: ((index: number) => void) | undefined;
  onNote: ((index: number) => void) | undefined;
}

function Select({
  index,
  isSelected,
  tabIndex,
  onPick,
}: {
  index: number;
  isSelected: boolean;
  tabIndex: number;
  onPick: NonNullable<TileProps["onPick"]>;
}) {
  const label = isSelected ? words.deselect : words.select;
  return (
    <button
      type="button"
      className={styles.select}
      aria-pressed={isSelected}
      aria-label={label}
      title={label}
      tabIndex={tabIndex}
      onClick={(event) => onPick(index, event.shiftKey ? "range" : "toggle")}
    >
      <Check size={14} strokeWidth={3} aria-hidden />
    </button>
  );
}

interface Action {
  label: string;
  icon: typeof ScanSearch;
  act: ((index: number) => void) | undefined;
  /** Of what can be switched, whether it is on. */
  isOn?: boolean | undefined;
}

function Actions({
  index,
  tabIndex,
  isCollected,
  onSearch,
  onCollect,
  onNote,
}: Pick<TileProps, "isCollected" | "onSearch" | "onCollect" | "onNote"> & { index: number; tabIndex: number }) {
  // The last one is the one that fingers get.
  const actions: readonly Action[] = [
    { label: words.note, icon: NotebookPen, act: onNote },
    { label: words.collect, icon: isCollected ? FolderCheck : FolderPlus, act: onCollect, isOn: isCollected },
    { label: words.searchThis, icon: ScanSearch, act: onSearch },
  ];
  return (
    <span className={styles.actions}>
      {actions.map(
        ({ label, icon: Icon, act, isOn }) =>
          act && (
            <button
              key={label}
              type="button"
              tabIndex={tabIndex}
              aria-label={label}
              aria-pressed={isOn}
              title={label}
              onClick={() => act(index)}
            >
              <Icon size={16} aria-hidden />
            </button>
          ),
      )}
    </span>
  );
}

export const Tile = memo(function Tile(props: TileProps) {
  const { media, place, href, captionHeight, isActive, wantsFocus, isSelected, onOpen, onPick } = props;
  const link = useRef<HTMLAnchorElement>(null);
  useLayoutEffect(() => {
    if (isActive && wantsFocus) link.current?.focus({ preventScroll: true });
  }, [isActive, wantsFocus]);
  const tabIndex = isActive ? 0 : -1;
  const click = (event: MouseEvent) => {
    if (event.button !== 0 || event.altKey) return;
    event.preventDefault();
    if (onPick && (event.ctrlKey || event.metaKey)) onPick(place.index, "toggle");
    else if (onPick && event.shiftKey) onPick(place.index, "range");
    else onOpen(place.index);
  };
  const height = place.height - captionHeight;
  return (
    <div
      role="gridcell"
      aria-selected={isSelected}
      className={clsx(styles.tile, isSelected && styles.selected, props.isMarked && styles.marked)}
      style={{ left: place.left, width: place.width, height: place.height }}
      data-id={media.id}
    >
      <a
        ref={link}
        className={styles.link}
        href={href}
        tabIndex={tabIndex}
        style={{ height }}
        draggable={isSelected ?? false}
        onClick={click}
      >
        <Picture media={media} size={Math.max(place.width, height)} isVeiled={props.isVeiled} />
        <span className={styles.overlay}>{props.overlay}</span>
      </a>
      {onPick && <Select index={place.index} isSelected={isSelected ?? false} tabIndex={tabIndex} onPick={onPick} />}
      <Actions
        index={place.index}
        tabIndex={tabIndex}
        isCollected={props.isCollected}
        onSearch={props.onSearch}
        onCollect={props.onCollect}
        onNote={props.onNote}
      />
      {props.caption != null && <div className={styles.caption}>{props.caption}</div>}
    </div>
  );
});
