/** Which model, and which of its layers: with the length of what it says about a picture. */
import { useQuery } from "@tanstack/react-query";
import { type Model, modelLayers } from "../../api/models";
import type { Layer } from "../../api/types";
import { SelectField, TextField } from "../../parts/Field";
import { bytes, strings } from "../../strings";

const words = strings.features.form;

/** In the select: a layer that is typed. No layer of a network is called so. */
export const OTHER = "\u0000other";

/** What the form holds of the model. */
export interface ModelTyped {
  key: string;
  /** Empty: the one that the model names; `OTHER`: what is typed. */
  layer: string;
  typed: string;
}

interface ModelFieldsProps {
  models: readonly Model[];
  value: ModelTyped;
  /** In the server's words, or ours. */
  error: { model: string | undefined; layer: string | undefined };
  onChange: (value: ModelTyped) => void;
}

/** The layer that is sent; the one that the model names has no name. */
export function layerOf({ layer, typed }: ModelTyped): string {
  return layer === OTHER ? typed.trim() : layer;
}

function titleOf({ title, isDownloaded, byteSize }: Model): string {
  return isDownloaded || byteSize === 0 ? title : words.absent(title, bytes(byteSize));
}

function LayerOptions({ model, layers }: { model: Model | undefined; layers: readonly Layer[] }) {
  return (
    <>
      {model && model.dimensions > 0 && <option value="">{words.usual(model.layer, model.dimensions)}</option>}
      {layers
        .filter(({ name }) => name !== model?.layer)
        .map(({ name, shape }) => (
          <option key={name} value={name}>
            {words.shaped(name, strings.models.shapeOf(shape))}
          </option>
        ))}
      <option value={OTHER}>{words.other}</option>
    </>
  );
}

export function ModelFields({ models, value, error, onChange }: ModelFieldsProps) {
  const model = models.find(({ key }) => key === value.key);
  const asked = modelLayers(value.key);
  const { data: layers = [] } = useQuery({ ...asked, enabled: asked.enabled === true && model?.isDownloaded === true });
  return (
    <>
      <SelectField
        label={words.model}
        error={error.model}
        hint={model?.notes}
        value={value.key}
        onChange={({ currentTarget }) => onChange({ key: currentTarget.value, layer: "", typed: "" })}
      >
        {models.map((one) => (
          <option key={one.key} value={one.key}>
            {titleOf(one)}
          </option>
        ))}
      </SelectField>
      <SelectField
        label={words.layer}
        error={value.layer === OTHER ? undefined : error.layer}
        value={value.layer}
        onChange={({ currentTarget }) => onChange({ ...value, layer: currentTarget.value })}
      >
        <LayerOptions model={model} layers={layers} />
      </SelectField>
      {value.layer === OTHER && (
        <TextField
          label={words.otherName}
          hint={words.otherHint}
          error={error.layer}
          maxLength={128}
          value={value.typed}
          onChange={({ currentTarget }) => onChange({ ...value, typed: currentTarget.value })}
        />
      )}
    </>
  );
}
