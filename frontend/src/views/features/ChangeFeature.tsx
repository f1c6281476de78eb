/** Changes the index of a feature and its settings. Model and layer make the feature what it is: they stay. */
import { type FormEvent, useId, useState } from "react";
import { changeFeature } from "../../api/features";
import type { Feature } from "../../api/types";
import { Button } from "../../parts/Button";
import cards from "../../parts/Cards.module.css";
import { Dialog } from "../../parts/Dialog";
import { Check } from "../../parts/Fields";
import { useStart } from "../../parts/runs/useStart";
import { say } from "../../parts/toasts";
import { strings } from "../../strings";
import styles from "./Features.module.css";
import { IndexFields } from "./IndexFields";
import { kindOf, typedOf } from "./settings";
import { useFeatureForm } from "./useFeatureForm";

const words = strings.features;

interface ChangeFeatureProps {
  isOpen: boolean;
  feature: Feature;
  onClose: () => void;
}

interface FormProps extends Omit<ChangeFeatureProps, "isOpen"> {
  id: string;
  onBusy: (isBusy: boolean) => void;
}

function Form({ feature, onClose, onBusy, id }: FormProps) {
  const before = { kind: kindOf(feature), typed: typedOf(feature) };
  const { index, setIndex, wrong, errorOf, submit } = useFeatureForm(before, onBusy);
  const [active, setActive] = useState(feature.active);
  const { start } = useStart();
  const save = async (settings: Readonly<Record<string, unknown>> | null) => {
    await changeFeature(feature.id, { index_type: index.kind, index_settings: settings, active });
    const build = { label: words.recall.buildNow, run: () => start("update_index", { feature_id: feature.id }) };
    say(words.form.kept, { kind: "good", ...(feature.processed_at != null && { action: build }) });
    onClose();
  };
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    void submit(save);
  };
  return (
    <form id={id} className={styles.form} onSubmit={onSubmit}>
      <IndexFields
        value={index}
        present={kindOf(feature)}
        wrong={wrong}
        error={{ kind: errorOf("index_type") ?? errorOf("modelzoo_name"), settings: errorOf("index_settings") }}
        onChange={setIndex}
      />
      <Check label={words.form.active} isOn={active} onChange={setActive} />
      <p className={cards.quiet}>{words.form.fixed}</p>
    </form>
  );
}

export function ChangeFeature({ isOpen, feature, onClose }: ChangeFeatureProps) {
  const id = useId();
  const [isBusy, setBusy] = useState(false);
  const foot = (
    <>
      <Button onClick={onClose}>{strings.parts.cancel}</Button>
      <Button kind="primary" type="submit" form={id} isBusy={isBusy}>
        {words.form.save}
      </Button>
    </>
  );
  return (
    <Dialog title={words.form.changeTitle} isOpen={isOpen} onClose={onClose} foot={foot}>
      <Form id={id} feature={feature} onBusy={setBusy} onClose={onClose} />
    </Dialog>
  );
}
