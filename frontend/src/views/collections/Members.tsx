/** The pictures of a collection: open, search, compare, write notes, take out. */
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { FolderMinus, NotebookPen } from "lucide-react";
import { useCallback, useEffect, useMemo, useState } from "react";
import {
  addMedia,
  type Counted,
  collectionMedia,
  type MemberOrder,
  noteMedium,
  refreshCollections,
  removeMedia,
} from "../../api/collections";
import type { LinkedMedia } from "../../api/types";
import { useKeys } from "../../keys/useKeys";
import { IconButton } from "../../parts/Button";
import { CompareButton } from "../../parts/CompareButton";
import { Grid } from "../../parts/grid/Grid";
import type { Paging } from "../../parts/grid/types";
import { firstLine } from "../../parts/markdown/address";
import { SelectionBar } from "../../parts/SelectionBar";
import { say, sayFailure } from "../../parts/toasts";
import { useSearchWith } from "../../state/searchWith";
import { NOTHING, stillThere } from "../../state/selection";
import { strings } from "../../strings";
import { withoutMembers } from "./members";
import { NoteDialog } from "./NoteDialog";

const words = strings.collections;
const mediaOf = ({ media }: LinkedMedia) => media;
const href = ({ media_id }: LinkedMedia) => `/media/id/${media_id}`;
/** Of the line with the note, in CSS pixels. */
const CAPTION_HEIGHT = 22;

function caption({ notes }: LinkedMedia) {
  return notes ? <span title={notes}>{firstLine(notes)}</span> : null;
}

/** With the notes that they had; they are the last ones then, and who undoes is who added them. */
async function putBack(id: number, ids: readonly number[], before: readonly LinkedMedia[]): Promise<void> {
  await addMedia(id, ids);
  for (const { media_id, notes } of before) if (notes) await noteMedium(id, media_id, notes);
}

/** Takes pictures out: at once, with the way back, and undone when the server refuses. */
function useRemove({ id }: Counted, order: MemberOrder): (ids: readonly number[]) => Promise<void> {
  const client = useQueryClient();
  return useCallback(
    async (ids) => {
      const { queryKey } = collectionMedia(id, order);
      await client.cancelQueries({ queryKey });
      const before = client.getQueryData(queryKey);
      client.setQueryData(queryKey, (pages) => pages && withoutMembers(pages, new Set(ids)));
      const gone = before?.pages.flatMap(({ res }) => res.filter(({ media_id }) => ids.includes(media_id))) ?? [];
      const back = () => putBack(id, ids, gone).then(refreshCollections, sayFailure);
      try {
        await removeMedia(id, ids);
        say(words.removed(ids.length), { action: { label: strings.parts.undo, run: () => void back() } });
      } catch (error) {
        client.setQueryData(queryKey, before);
        sayFailure(error);
      } finally {
        void refreshCollections();
      }
    },
    [client, id, order],
  );
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
  const removeSelected = () => (selected.length > 0 ? void remove(selected) : false);
  useKeys({
    remove: removeSelected,
    note: () => (selected[0] === undefined ? false : setNoted(selected[0])),
  });
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
        captionHeight={hasNotes ? CAPTION_HEIGHT : 0}
        selection={selection}
        paging={paging}
      />
      <SelectionBar selection={selection} mustAsk>
        <CompareButton ids={selected} />
        {selected.length === 1 && (
          <IconButton label={words.noteAdd} onClick={() => setNoted(selected[0])}>
            <NotebookPen size={18} aria-hidden />
          </IconButton>
        )}
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
