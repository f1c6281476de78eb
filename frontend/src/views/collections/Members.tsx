/** The pictures of a collection: open, search, compare, arrange, write notes, take out. */
import { useNavigate } from "@tanstack/react-router";
import { FolderMinus, NotebookPen } from "lucide-react";
import { useCallback, useEffect, useMemo, useState } from "react";
import type { Counted, MemberOrder } from "../../api/collections";
import type { LinkedMedia } from "../../api/types";
import { useKeys } from "../../keys/useKeys";
import { IconButton } from "../../parts/Button";
import { CompareButton } from "../../parts/CompareButton";
import { Grid } from "../../parts/grid/Grid";
import type { Paging } from "../../parts/grid/types";
import { firstLine } from "../../parts/markdown/address";
import { SelectionBar } from "../../parts/SelectionBar";
import { useVeil } from "../../parts/veil";
import { useSearchWith } from "../../state/searchWith";
import { NOTHING, stillThere } from "../../state/selection";
import { strings } from "../../strings";
import { MoveMenu } from "./MoveMenu";
import { type Direction, moveOf } from "./members";
import { NoteDialog } from "./NoteDialog";
import { useArrange } from "./useArrange";
import { useRemove } from "./useRemove";

const words = strings.collections;
const mediaOf = ({ media }: LinkedMedia) => media;
const href = ({ media_id }: LinkedMedia) => `/media/id/${media_id}`;
/** Of the line with the note, in CSS pixels. */
const CAPTION_HEIGHT = 22;

function caption({ notes }: LinkedMedia) {
  return notes ? <span title={notes}>{firstLine(notes)}</span> : null;
}

interface MembersProps {
  collection: Counted;
  members: readonly LinkedMedia[];
  order: MemberOrder;
  paging: Paging;
}

export function Members({ collection, members, order, paging }: MembersProps) {
  const [value, setSelection] = useState(NOTHING);
  const [noted, setNoted] = useState<number>();
  const navigate = useNavigate();
  const searchWith = useSearchWith();
  const remove = useRemove(collection, order);
  const ids = useMemo(() => members.map(({ media_id }) => media_id), [members]);
  useEffect(() => setSelection((before) => stillThere(before, ids)), [ids]);
  const selected = [...value.ids];
  const arrange = useArrange(collection.id, !paging.hasMore);
  const isByHand = order === "hand";
  const moveTo = (direction: Direction) => moveOf(ids, value.ids, direction, !paging.hasMore);
  const go = (direction: Direction, isQuiet = false) => {
    const move = isByHand ? moveTo(direction) : undefined;
    return move ? arrange(move, isQuiet) : false;
  };
  const removeSelected = () => (selected.length > 0 ? void remove(selected) : false);
  useKeys({
    remove: removeSelected,
    note: () => (selected[0] === undefined ? false : setNoted(selected[0])),
    earlier: () => go("earlier", true),
    later: () => go("later", true),
  });
  const veil = useVeil();
  const veiled = useCallback(({ media }: LinkedMedia) => veil(media), [veil]);
  const hasNotes = members.some(({ notes }) => notes);
  const selection = { value, change: setSelection };
  return (
    <>
      <Grid
        label={collection.title}
        items={members}
        mediaOf={mediaOf}
        hrefOf={href}
        actions={{
          open: ({ media_id }) => void navigate({ to: "/media/id/$id", params: { id: `${media_id}` } }),
          searchThis: ({ media_id }) => searchWith.media(media_id),
          note: ({ media_id }) => setNoted(media_id),
        }}
        caption={caption}
        isVeiled={veiled}
        captionHeight={hasNotes ? CAPTION_HEIGHT : 0}
        selection={selection}
        paging={paging}
        arrange={isByHand ? (some, before) => arrange({ ids: some, before }) : undefined}
      />
      <SelectionBar selection={selection} mustAsk>
        <CompareButton ids={selected} />
        {selected.length === 1 && (
          <IconButton label={words.noteAdd} onClick={() => setNoted(selected[0])}>
            <NotebookPen size={18} aria-hidden />
          </IconButton>
        )}
        {isByHand && <MoveMenu canMove={(where) => moveTo(where) !== undefined} onMove={(where) => void go(where)} />}
        <IconButton label={words.remove} onClick={removeSelected}>
          <FolderMinus size={18} aria-hidden />
        </IconButton>
      </SelectionBar>
      <NoteDialog
        collection={collection.id}
        member={members.find(({ media_id }) => media_id === noted)}
        order={order}
        onClose={() => setNoted(undefined)}
      />
    </>
  );
}
