/** Which kind of index, and its settings; what is left empty is as it usually is. */
import type { IndexType } from "../../api/features";
import { SelectField, TextField } from "../../parts/Field";
import { strings } from "../../strings";
import styles from "./Features.module.css";
import { KINDS, SETTINGS, type Setting, type SettingName, type Typed } from "./settings";

const words = strings.features;

/** What the form holds of the index. */
export interface IndexTyped {
  kind: IndexType;
  typed: Typed;
}

interface IndexFieldsProps {
  value: IndexTyped;
  /** The kind before: one that is not offered any more stays until another one is chosen. */
  present?: IndexType;
  wrong: readonly SettingName[];
  /** In the server's words. */
  error: { kind: string | undefined; settings: string | undefined };
  onChange: (value: IndexTyped) => void;
}

function hintOf({ usual, least, most }: Setting): string {
  const usually = words.form.usualValue(`${usual}`);
  return least === undefined ? usually : `${words.form.range(`${least}`, `${most}`)}, ${usually}`;
}

function SettingField({
  setting,
  value,
  isWrong,
  onType,
}: {
  setting: Setting;
  value: string;
  isWrong: boolean;
  onType: (text: string) => void;
}) {
  const isNumber = typeof setting.usual === "number";
  return (
    <TextField
      label={words.settingNames[setting.name]}
      hint={hintOf(setting)}
      error={isWrong ? words.form.wrongNumber : undefined}
      inputMode={isNumber ? "decimal" : "text"}
      placeholder={`${setting.usual}`}
      maxLength={64}
      value={value}
      onChange={({ currentTarget }) => onType(currentTarget.value)}
    />
  );
}

export function IndexFields({ value, present, wrong, error, onChange }: IndexFieldsProps) {
  const { kind, typed } = value;
  const kinds: readonly IndexType[] = present === "annoy" ? [...KINDS, present] : KINDS;
  const pick = (word: string) => onChange({ kind: kinds.find((one) => one === word) ?? kind, typed: {} });
  return (
    <>
      <SelectField
        label={words.form.index}
        hint={words.kindHints[kind]}
        error={error.kind}
        value={kind}
        onChange={({ currentTarget }) => pick(currentTarget.value)}
      >
        {kinds.map((one) => (
          <option key={one} value={one}>
            {words.kinds[one]}
          </option>
        ))}
      </SelectField>
      <div className={styles.settings}>
        {SETTINGS[kind].map((setting) => (
          <SettingField
            key={setting.name}
            setting={setting}
            value={typed[setting.name] ?? ""}
            isWrong={wrong.includes(setting.name)}
            onType={(text) => onChange({ kind, typed: { ...typed, [setting.name]: text } })}
          />
        ))}
      </div>
      {error.settings && (
        <p className={styles.wrong} role="alert">
          {error.settings}
        </p>
      )}
    </>
  );
}
