/** The pictures of the library with what can be done with them: open, search, collect, compare, delete, restore. */
import { useNavigate } from "@tanstack/react-router";
import { ArchiveRestore, Trash2 } from "lucide-react";
import { useEffect, useMemo, useState } from "react";
import type { MediaPage } from "../../api/media";
import type { Media } from "../../api/types";
import { useKeys } from "../../keys/useKeys";
import { Button, IconButton } from "../../parts/Button";
import { CompareButton } from "../../parts/CompareButton";
import { useMembership } from "../../parts/collect/members";
import { frameTime } from "../../parts/frameTime";
import { Grid } from "../../parts/grid/Grid";
import type { Paging } from "../../parts/grid/types";
import { SelectionBar } from "../../parts/SelectionBar";
import { discard, restore } from "../../parts/trash";
import { useVeil } from "../../parts/veil";
import { useSearchWith } from "../../state/searchWith";
import { NOTHING, stillThere } from "../../state/selection";
import { strings } from "../../strings";
import styles from "./Library.module.css";

const words = strings.library;
const itself = (media: Media) => media;
const href = ({ id }: Media) => `/media/id/${id}`;

/** How long a video is, or where in its video a frame is. */
function badge({ duration_ms, time_ms, mediaType }: Media) {
  const at = mediaType === "video" ? duration_ms : time_ms;
  return at == null ? null : <span className={styles.badge}>{frameTime(at)}</span>;
}

function useSelection(media: readonly Media[]) {
  const [value, change] = useState(NOTHING);
  // What was deleted, or filtered away, is not acted upon.
  useEffect(() => {
    const ids = media.map(({ id }) => id);
    change((before) => stillThere(before, ids));
  }, [media]);
  return { value, change };
}

interface MediaGridProps {
  pages: readonly MediaPage[];
  isTrash: boolean;
  paging: Paging;
}

export function MediaGrid({ pages, isTrash, paging }: MediaGridProps) {
  const media = useMemo(() => pages.flatMap((page) => page.media), [pages]);
  const ids = useMemo(() => (isTrash ? [] : media.map(({ id }) => id)), [media, isTrash]);
  const { members, toggle } = useMembership(ids);
  const selection = useSelection(media);
  const navigate = useNavigate();
  const searchWith = useSearchWith();
  const veil = useVeil();
  const act = (ids: readonly number[]) => void (isTrash ? restore(ids) : discard(ids));
  const selected = [...selection.value.ids];
  useKeys({ remove: () => (selected.length > 0 && !isTrash ? act(selected) : false) });
  const open = ({ id }: Media) => void navigate({ to: "/media/id/$id", params: { id: `${id}` } });
  const living = {
    open,
    searchThis: ({ id }: Media) => searchWith.media(id),
    collect: ({ id }: Media) => toggle(selection.value.ids.has(id) ? selected : [id]),
  };
  return (
    <>
      <Grid
        label={isTrash ? words.trash : words.title}
        items={media}
        mediaOf={itself}
        hrefOf={href}
        actions={isTrash ? { open } : living}
        overlay={badge}
        isVeiled={veil}
        {...(!isTrash && { collected: members })}
        selection={selection}
        paging={paging}
      />
      <SelectionBar selection={selection} canCollect={!isTrash}>
        {!isTrash && <CompareButton ids={selected} />}
        {isTrash ? (
          <Button kind="primary" icon={<ArchiveRestore size={18} aria-hidden />} onClick={() => act(selected)}>
            {strings.trash.restore}
          </Button>
        ) : (
          <IconButton label={strings.trash.delete} onClick={() => act(selected)}>
            <Trash2 size={18} aria-hidden />
          </IconButton>
        )}
      </SelectionBar>
    </>
  );
}
