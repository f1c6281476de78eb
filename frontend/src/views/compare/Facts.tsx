/** What is different about the files of two pictures. */
import { Link } from "@tanstack/react-router";
import clsx from "clsx";
import type { MediaFull } from "../../api/types";
import { bytes, dateAndTime, strings } from "../../strings";
import styles from "./Compare.module.css";

const words = strings.compare;
const NONE = "–";

type Fact = readonly [name: string, of: (full: MediaFull) => string];

const FACTS: readonly Fact[] = [
  [words.facts.name, ({ sources }) => sources[0]?.name ?? NONE],
  [words.facts.size, ({ el }) => `${el.width} × ${el.height}`],
  [words.facts.bytes, ({ el }) => `${bytes(el.byte_size)} ${el.ext}`],
  [words.facts.captured, ({ el }) => (el.captured_at ? dateAndTime(el.captured_at) : NONE)],
  [words.facts.camera, ({ el }) => el.camera ?? NONE],
  [words.facts.imported, ({ el }) => dateAndTime(el.created_at)],
];

function Head({ full, title }: { full: MediaFull; title: string }) {
  return (
    <th scope="col">
      <Link to="/media/id/$id" params={{ id: `${full.el.id}` }}>
        {title}
      </Link>
    </th>
  );
}

export function Facts({ one, other }: { one: MediaFull; other: MediaFull }) {
  const isSame = one.el.sha256 === other.el.sha256 && one.el.frame === other.el.frame;
  return (
    <>
      {isSame && <p className={styles.same}>{words.same}</p>}
      <div className={styles.scroll}>
        <table className={styles.facts}>
          <thead>
            <tr>
              <th scope="col">{words.fact}</th>
              <Head full={one} title={words.first} />
              <Head full={other} title={words.second} />
            </tr>
          </thead>
          <tbody>
            {FACTS.map(([name, of]) => (
              <tr key={name} className={clsx(of(one) !== of(other) && styles.differs)}>
                <th scope="row">{name}</th>
                <td>{of(one)}</td>
                <td>{of(other)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
