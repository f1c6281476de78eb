/** One of a few choices, all in sight. */
import { ToggleGroup } from "radix-ui";
import styles from "./Segments.module.css";

interface SegmentsProps<Choice extends string> {
  label: string;
  choices: readonly (readonly [Choice, string])[];
  value: Choice;
  onChange: (choice: Choice) => void;
}

export function Segments<Choice extends string>({ label, choices, value, onChange }: SegmentsProps<Choice>) {
  const change = (next: string) => {
    const found = choices.find(([choice]) => choice === next);
    if (found) onChange(found[0]);
  };
  return (
    <ToggleGroup.Root type="single" className={styles.segments} aria-label={label} value={value} onValueChange={change}>
      {choices.map(([choice, word]) => (
        <ToggleGroup.Item key={choice} value={choice} className={styles.segment}>
          {word}
        </ToggleGroup.Item>
      ))}
    </ToggleGroup.Root>
  );
}
