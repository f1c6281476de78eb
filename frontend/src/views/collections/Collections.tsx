/** All collections, each with its first pictures. */
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Archive, FolderPlus, Folders } from "lucide-react";
import { useState } from "react";
import { type Counted, collections } from "../../api/collections";
import { Button } from "../../parts/Button";
import { Segments } from "../../parts/Segments";
import { Empty, Failed, LoadingGrid } from "../../parts/States";
import { ViewHead } from "../../parts/ViewHead";
import { useKeptScroll } from "../../state/scroll";
import { useAddress } from "../../state/useAddress";
import { strings } from "../../strings";
import { Card } from "./Card";
import { CollectionForm } from "./CollectionForm";
import styles from "./Collections.module.css";
import { listAddress } from "./state";

const words = strings.collections;

function NewButton({ onNew }: { onNew: () => void }) {
  return (
    <Button kind="primary" icon={<FolderPlus size={18} aria-hidden />} onClick={onNew}>
      {words.new}
    </Button>
  );
}

function Cards({ shown }: { shown: readonly Counted[] }) {
  return (
    <ul className={styles.cards}>
      {shown.map((one) => (
        <Card key={one.id} one={one} />
      ))}
    </ul>
  );
}

function Nothing({ isArchive, onNew }: { isArchive: boolean; onNew: () => void }) {
  if (isArchive) return <Empty icon={Archive} title={words.noneArchived} hint={words.noneArchivedHint} />;
  return (
    <Empty icon={Folders} title={words.empty} hint={words.emptyHint}>
      <NewButton onNew={onNew} />
    </Empty>
  );
}

export default function Collections() {
  const list = useQuery(collections);
  const [{ archived }, change] = useAddress(listAddress);
  const [isMaking, setMaking] = useState(false);
  const navigate = useNavigate();
  useKeptScroll(list.isSuccess);
  const onNew = () => setMaking(true);
  const shown = list.data?.filter((one) => one.archived === archived) ?? [];
  const hasArchive = list.data?.some((one) => one.archived) ?? false;
  return (
    <>
      <ViewHead title={words.title} note={list.data && words.count(shown.length)}>
        {(hasArchive || archived) && (
          <Segments
            label={words.which}
            choices={[
              ["no", words.open],
              ["yes", words.showArchived],
            ]}
            value={archived ? "yes" : "no"}
            onChange={(which) => change({ archived: which === "yes" })}
          />
        )}
        <NewButton onNew={onNew} />
      </ViewHead>
      {list.isPending && <LoadingGrid />}
      {list.isError && !list.data && (
        <Failed title={words.failed} error={list.error} onAgain={() => void list.refetch()} />
      )}
      {list.data && shown.length === 0 && <Nothing isArchive={archived} onNew={onNew} />}
      <Cards shown={shown} />
      <CollectionForm
        isOpen={isMaking}
        onClose={() => setMaking(false)}
        onDone={({ id }) => void navigate({ to: "/collections/$id", params: { id: `${id}` } })}
      />
    </>
  );
}
