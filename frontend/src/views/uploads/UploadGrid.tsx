/** Uploads with what can be done with them: search again, put into the library, delete. */
import { useNavigate } from "@tanstack/react-router";
import { ImagePlus, Trash2 } from "lucide-react";
import { useCallback, useEffect, useMemo, useState } from "react";
import type { Upload } from "../../api/types";
import { promote } from "../../api/uploads";
import { useKeys } from "../../keys/useKeys";
import { Button, IconButton } from "../../parts/Button";
import { Grid } from "../../parts/grid/Grid";
import type { Paging } from "../../parts/grid/types";
import { SelectionBar } from "../../parts/SelectionBar";
import { say, sayFailure } from "../../parts/toasts";
import { NOTHING, stillThere } from "../../state/selection";
import { ago, strings } from "../../strings";
import { AskDialog } from "./AskDialog";
import { discard, MOST_KEPT } from "./discard";
import { pictureOf } from "./shown";

const words = strings.uploads;
const CAPTION_HEIGHT = 24;
const href = ({ id }: Upload) => `/search/upload/${id}`;

function caption({ username, created_at }: Upload) {
  return words.caption(username || words.nobody, ago(created_at));
}

function useSelection(uploads: readonly Upload[]) {
  const [value, change] = useState(NOTHING);
  // What was deleted, or filtered away, is not acted upon.
  useEffect(() => {
    const ids = uploads.map(({ id }) => id);
    change((before) => stillThere(before, ids));
  }, [uploads]);
  return { value, change };
}

/** Puts pictures into the library, one after the other, and leads to the one if it is only one. */
function usePromote() {
  const navigate = useNavigate();
  return async (uploads: readonly Upload[]) => {
    try {
      const media = [];
      for (const { id } of uploads) media.push(await promote(id));
      const [first] = media;
      const show = () =>
        media.length === 1 && first
          ? void navigate({ to: "/media/id/$id", params: { id: `${first.id}` } })
          : void navigate({ to: "/library" });
      say(words.promoted(media.length), { kind: "good", action: { label: words.toLibrary, run: show } });
    } catch (error) {
      sayFailure(error);
    }
  };
}

export function UploadGrid({ uploads, paging }: { uploads: readonly Upload[]; paging: Paging }) {
  const selection = useSelection(uploads);
  const [asked, setAsked] = useState<readonly Upload[]>([]);
  const navigate = useNavigate();
  const putIn = usePromote();
  const { ids } = selection.value;
  const selected = useMemo(() => uploads.filter(({ id }) => ids.has(id)), [uploads, ids]);
  const remove = (chosen: readonly Upload[]) => (chosen.length > MOST_KEPT ? setAsked(chosen) : void discard(chosen));
  useKeys({ remove: () => (selected.length > 0 ? remove(selected) : false) });
  const search = useCallback(
    ({ id }: Upload) => void navigate({ to: "/search/$kind/$which", params: { kind: "upload", which: `${id}` } }),
    [navigate],
  );
  return (
    <>
      <Grid
        label={words.title}
        items={uploads}
        mediaOf={pictureOf}
        hrefOf={href}
        actions={{ open: search, searchThis: search }}
        caption={caption}
        captionHeight={CAPTION_HEIGHT}
        selection={selection}
        paging={paging}
      />
      <SelectionBar selection={selection} canCollect={false}>
        <Button kind="primary" icon={<ImagePlus size={18} aria-hidden />} onClick={() => void putIn(selected)}>
          {words.promote}
        </Button>
        <IconButton label={words.delete} onClick={() => remove(selected)}>
          <Trash2 size={18} aria-hidden />
        </IconButton>
      </SelectionBar>
      <AskDialog
        count={asked.length}
        onClose={() => setAsked([])}
        onDelete={() => {
          setAsked([]);
          void discard(asked);
        }}
      />
    </>
  );
}
