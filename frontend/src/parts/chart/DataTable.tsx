/** The values of a chart as a table, for those to whom a drawing says nothing, and for copying. */
import { useMemo, useState } from "react";
import { strings } from "../../strings";
import styles from "./Chart.module.css";
import type { Frame } from "./frame";
import type { Series } from "./types";

const words = strings.chart;

interface TableProps {
  label: string;
  series: readonly Series[];
  xLabel: string | undefined;
  frame: Pick<Frame, "formatX" | "formatY">;
}

interface Row {
  x: number;
  note: string;
  values: (number | null)[];
}

/** One row for each place on the x axis, in their order. */
export function rowsOf(series: readonly Series[]): Row[] {
  const rows = new Map<number, Row>();
  for (const [index, { points }] of series.entries()) {
    for (const { x, y, note } of points) {
      const row = rows.get(x) ?? { x, note: "", values: series.map(() => null) };
      row.values[index] = y;
      if (note) row.note = note;
      rows.set(x, row);
    }
  }
  return [...rows.values()].sort((one, other) => one.x - other.x);
}

function Table({ label, series, xLabel, frame }: TableProps) {
  const rows = useMemo(() => rowsOf(series), [series]);
  const hasNotes = rows.some(({ note }) => note !== "");
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys
    <section className={styles.rows} aria-label={label} tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">{xLabel ?? words.x}</th>
            {series.map(({ name }) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
            {hasNotes && <th scope="col">{words.note}</th>}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ x, values, note }) => (
            <tr key={x}>
              <th scope="row">{frame.formatX(x)}</th>
              {values.map((value, index) => (
                <td key={series[index]?.name}>{value === null ? words.nothing : frame.formatY(value)}</td>
              ))}
              {hasNotes && <td>{note}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** Closed, and then without its rows: they may be thousands. */
export function DataTable(props: TableProps) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details className={styles.table} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>{words.table}</summary>
      {isOpen && <Table {...props} />}
    </details>
  );
}
