/** Makes the pictures of all grids larger or smaller. */
import { Grid2x2, Grid3x3 } from "lucide-react";
import { Slider } from "radix-ui";
import { useKept } from "../../state/kept";
import { strings } from "../../strings";
import styles from "./SizeSlider.module.css";
import { LARGEST, rowHeight, SMALLEST } from "./size";

export function SizeSlider() {
  const [height, setHeight] = useKept(rowHeight);
  // On a logarithmic scale, every step changes as much.
  const position = (value: number) => Math.round(100 * Math.log2(value));
  return (
    <div className={styles.size}>
      <Grid3x3 size={16} aria-hidden />
      <Slider.Root
        className={styles.slider}
        min={position(SMALLEST)}
        max={position(LARGEST)}
        step={5}
        value={[position(height)]}
        onValueChange={([value]) =>
          value !== undefined && setHeight(Math.min(LARGEST, Math.max(SMALLEST, Math.round(2 ** (value / 100)))))
        }
      >
        <Slider.Track className={styles.track}>
          <Slider.Range className={styles.range} />
        </Slider.Track>
        <Slider.Thumb className={styles.thumb} aria-label={strings.parts.grid.size} />
      </Slider.Root>
      <Grid2x2 size={16} aria-hidden />
    </div>
  );
}
