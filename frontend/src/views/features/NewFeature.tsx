/** Makes a feature from a layer of a model, and begins to build it if one likes. */
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useId, useState } from "react";
import { createFeature } from "../../api/features";
import { type Model, zoo } from "../../api/models";
import { Button } from "../../parts/Button";
import cards from "../../parts/Cards.module.css";
import { Dialog } from "../../parts/Dialog";
import { Check } from "../../parts/Fields";
import { useStart } from "../../parts/runs/useStart";
import { Failed } from "../../parts/States";
import { strings } from "../../strings";
import styles from "./Features.module.css";
import { IndexFields } from "./IndexFields";
import { layerOf, ModelFields, type ModelTyped, OTHER } from "./ModelFields";
import { useFeatureForm } from "./useFeatureForm";

const words = strings.features;

interface NewFeatureProps {
  isOpen: boolean;
  onClose: () => void;
  /** The model to begin with; nothing for the first that is here. */
  modelKey?: string | undefined;
}

/** Models that can describe pictures; those that are here come first. */
function offered(models: readonly Model[]): readonly Model[] {
  const fit = models.filter(({ dimensions, isActive, isDetector }) => isActive && dimensions > 0 && !isDetector);
  return fit.toSorted((one, other) => Number(other.isDownloaded) - Number(one.isDownloaded));
}

interface FormProps extends Pick<NewFeatureProps, "modelKey"> {
  id: string;
  models: readonly Model[];
  onBusy: (isBusy: boolean) => void;
}

function useModelTyped(models: readonly Model[], modelKey: string | undefined) {
  const first = models.find(({ key }) => key === modelKey) ?? models[0];
  return useState<ModelTyped>({ key: first?.key ?? "", layer: "", typed: "" });
}

function Form({ id, models, modelKey, onBusy }: FormProps) {
  const [of, setOf] = useModelTyped(models, modelKey);
  const { index, setIndex, wrong, errorOf, setErrors, submit } = useFeatureForm({ kind: "auto", typed: {} }, onBusy);
  const [active, setActive] = useState(true);
  const [isBuilt, setBuilt] = useState(true);
  const { start } = useStart();
  const navigate = useNavigate();
  const create = async (index_settings: Readonly<Record<string, unknown>> | null) => {
    const parts = { modelzoo_name: of.key, layer: layerOf(of), index_type: index.kind, index_settings, active };
    const feature = await createFeature(parts);
    if (isBuilt) start("update_index", { feature_id: feature.id });
    // In place of the form: Back leads to where one was before it.
    void navigate({ to: "/features/$id", params: { id: `${feature.id}` }, replace: true });
  };
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (of.layer === OTHER && layerOf(of) === "") setErrors({ layer: [words.form.required] });
    else void submit(create);
  };
  return (
    <form id={id} className={styles.form} onSubmit={onSubmit}>
      <ModelFields
        models={models}
        value={of}
        error={{ model: errorOf("modelzoo_name"), layer: errorOf("layer") }}
        onChange={setOf}
      />
      <IndexFields
        value={index}
        wrong={wrong}
        error={{ kind: errorOf("index_type"), settings: errorOf("index_settings") }}
        onChange={setIndex}
      />
      <div>
        <Check label={words.form.active} isOn={active} onChange={setActive} />
        <Check label={words.form.buildNow} isOn={isBuilt} onChange={setBuilt} />
      </div>
    </form>
  );
}

export function NewFeature({ isOpen, onClose, modelKey }: NewFeatureProps) {
  const id = useId();
  const list = useQuery(zoo);
  const [isBusy, setBusy] = useState(false);
  const foot = (
    <>
      <Button onClick={onClose}>{strings.parts.cancel}</Button>
      <Button kind="primary" type="submit" form={id} isBusy={isBusy} disabled={!list.data}>
        {words.form.create}
      </Button>
    </>
  );
  return (
    <Dialog title={words.form.newTitle} isOpen={isOpen} onClose={onClose} foot={foot}>
      {list.data && <Form id={id} models={offered(list.data)} modelKey={modelKey} onBusy={setBusy} />}
      {list.isPending && <p className={cards.quiet}>{strings.parts.loading}</p>}
      {list.isError && !list.data && (
        <Failed title={words.form.noModels} error={list.error} onAgain={() => void list.refetch()} />
      )}
    </Dialog>
  );
}
