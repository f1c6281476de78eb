/** How far hits may be: a slider that is asked when it is let go. */
import { Slider } from "radix-ui";
import { useEffect, useState } from "react";
import { Section } from "../../parts/Fields";
import slider from "../../parts/grid/SizeSlider.module.css";
import { fraction, strings } from "../../strings";
import type { FiltersProps } from "./Filters";
import styles from "./Panel.module.css";

const words = strings.search.filters;
/** Distances of unit vectors are at most 2; beyond 1.4 they point in no common direction. */
const FARTHEST = 1.4;
const STEP = 0.02;

export function Closest({ state, change }: FiltersProps) {
  const given = state.within ?? FARTHEST;
  const [value, setValue] = useState(given);
  useEffect(() => setValue(given), [given]);
  const isAny = value >= FARTHEST;
  const said = isAny ? words.anyDistance : words.withinValue(fraction(value));
  return (
    <Section title={words.within} aside={said}>
      <Slider.Root
        className={`${slider.slider} ${styles.wide}`}
        min={STEP}
        max={FARTHEST}
        step={STEP}
        value={[value]}
        onValueChange={([next]) => next !== undefined && setValue(next)}
        onValueCommit={([next]) =>
          next !== undefined && change({ within: next >= FARTHEST ? undefined : Math.round(next * 100) / 100 })
        }
      >
        <Slider.Track className={slider.track ?? ""}>
          <Slider.Range className={slider.range ?? ""} />
        </Slider.Track>
        <Slider.Thumb className={slider.thumb ?? ""} aria-label={words.within} aria-valuetext={said} />
      </Slider.Root>
    </Section>
  );
}
