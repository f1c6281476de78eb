/** The features: which networks describe the library, with which index, and how far each is. */
import { useQuery } from "@tanstack/react-query";
import { Boxes, Plus } from "lucide-react";
import { features } from "../../api/queries";
import type { Feature } from "../../api/types";
import { Button } from "../../parts/Button";
import cards from "../../parts/Cards.module.css";
import { Empty, Failed } from "../../parts/States";
import { ViewHead } from "../../parts/ViewHead";
import { useKeptScroll } from "../../state/scroll";
import { useAddress } from "../../state/useAddress";
import { strings } from "../../strings";
import { FeatureRow } from "./FeatureRow";
import styles from "./Features.module.css";
import { NewFeature } from "./NewFeature";
import { listAddress } from "./state";

const words = strings.features;

function NewButton({ onNew }: { onNew: () => void }) {
  return (
    <Button kind="primary" icon={<Plus size={18} aria-hidden />} onClick={onNew}>
      {words.new}
    </Button>
  );
}

/** Grey rows while the list is on its way. */
export function LoadingRows() {
  return (
    <div role="status" className={cards.rows}>
      <span className="only-read-aloud">{strings.parts.loading}</span>
      {["first", "second", "third"].map((one) => (
        <span key={one} className={cards.grey} aria-hidden />
      ))}
    </div>
  );
}

/** Those that take part come first. */
function sorted(all: readonly Feature[]): readonly Feature[] {
  return all.toSorted((one, other) => Number(other.active) - Number(one.active) || one.id - other.id);
}

export default function Features() {
  const list = useQuery(features);
  const [{ create, model }, change] = useAddress(listAddress);
  useKeptScroll(list.isSuccess);
  const shown = sorted(list.data ?? []);
  const onNew = () => change({ create: true });
  // The browser tells once more when the dialog is gone; another page may be on its way by then.
  const close = () => create && change({ create: false, model: "" }, { replace: true });
  return (
    <>
      <ViewHead title={words.title} note={list.data && words.count(shown.length)}>
        <NewButton onNew={onNew} />
      </ViewHead>
      {list.isPending && <LoadingRows />}
      {list.isError && !list.data && (
        <Failed title={words.failed} error={list.error} onAgain={() => void list.refetch()} />
      )}
      {list.data && shown.length === 0 && (
        <Empty icon={Boxes} title={words.empty} hint={words.emptyHint}>
          <NewButton onNew={onNew} />
        </Empty>
      )}
      {shown.length > 0 && (
        <>
          <p className={styles.intro}>{words.hint}</p>
          <ul className={cards.rows}>
            {shown.map((feature) => (
              <FeatureRow key={feature.id} feature={feature} />
            ))}
          </ul>
        </>
      )}
      <NewFeature isOpen={create} modelKey={model || undefined} onClose={close} />
    </>
  );
}
