/** One parameter of a task, with the control that fits it. */

import { LongTextField, SelectField, TextField } from "../../../parts/Field";
import { Check } from "../../../parts/Fields";
import { strings } from "../../../strings";
import { paramName } from "../words";
import { type Control, controlOf } from "./fields";
import { emptyChoice, useChoices } from "./useChoices";

const words = strings.work.start;

interface TaskFieldProps {
  task: string;
  param: string;
  value: string;
  error: string | undefined;
  onChange: (value: string) => void;
}

interface InsideProps {
  label: string;
  value: string;
  error: string | undefined;
  onChange: (value: string) => void;
}

function Choose({ task, control, onChange, ...rest }: InsideProps & { task: string; control: Control }) {
  const choices = useChoices(control);
  const none = emptyChoice(task, control);
  return (
    <SelectField {...rest} onChange={({ currentTarget }) => onChange(currentTarget.value)}>
      {none !== undefined && <option value="">{none}</option>}
      {choices.map(({ value, label }) => (
        <option key={value} value={value}>
          {label}
        </option>
      ))}
    </SelectField>
  );
}

function Typed({ control, param, onChange, ...rest }: InsideProps & { control: Control; param: string }) {
  if (control === "lines" || control === "numbers") {
    return (
      <LongTextField
        {...rest}
        hint={control === "lines" ? words.lines : words.numbers}
        spellCheck={false}
        rows={4}
        onChange={({ currentTarget }) => onChange(currentTarget.value)}
      />
    );
  }
  return (
    <TextField
      {...rest}
      {...(param === "sample" && { hint: words.sampleHint })}
      {...(control === "number" && { inputMode: "numeric" as const })}
      autoComplete="off"
      onChange={({ currentTarget }) => onChange(currentTarget.value)}
    />
  );
}

const CHOSEN: readonly Control[] = ["feature", "detector", "download", "collection", "method"];

export function TaskField({ task, param, value, error, onChange }: TaskFieldProps) {
  const control = controlOf(task, param);
  const label = paramName(param);
  if (control === "flag") {
    return <Check label={label} isOn={value !== ""} onChange={(isOn) => onChange(isOn ? "yes" : "")} />;
  }
  const inside = { label, value, error, onChange };
  return CHOSEN.includes(control) ? (
    <Choose task={task} control={control} {...inside} />
  ) : (
    <Typed control={control} param={param} {...inside} />
  );
}
