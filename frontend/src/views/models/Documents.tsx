/** The documents of a model: texts with their tables, and pictures. */
import { useQuery } from "@tanstack/react-query";
import clsx from "clsx";
import { documentAddress, type Model, modelDocument } from "../../api/models";
import cards from "../../parts/Cards.module.css";
import { Markdown } from "../../parts/markdown/Markdown";
import { wordsOf } from "../../parts/States";
import { strings } from "../../strings";
import { type Block, blocksOf, type Cells } from "./documents";
import styles from "./Models.module.css";

const words = strings.models;

function Cell({ text }: { text: string }) {
  return text === "" ? null : <Markdown text={text} />;
}

function Row({ cells, isHead }: { cells: Cells; isHead: boolean }) {
  return (
    <tr>
      {cells.map((text, place) =>
        isHead ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: a document is drawn as a whole
          <th key={place} scope="col">
            <Cell text={text} />
          </th>
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: a document is drawn as a whole
          <td key={place}>
            <Cell text={text} />
          </td>
        ),
      )}
    </tr>
  );
}

function Table({ name, head, rows }: { name: string; head: Cells; rows: readonly Cells[] }) {
  // Many tables only have an empty line for a head, because Markdown wants one.
  const hasHead = head.some((text) => text !== "");
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys
    <section className={styles.scrolls} aria-label={name} tabIndex={0}>
      <table className={styles.table}>
        {hasHead && (
          <thead>
            <Row cells={head} isHead />
          </thead>
        )}
        <tbody>
          {rows.map((cells, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a document is drawn as a whole
            <Row key={place} cells={cells} isHead={false} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Drawn({ block, name }: { block: Block; name: string }) {
  return "text" in block ? <Markdown text={block.text} /> : <Table name={name} {...block} />;
}

function Text({ model, name }: { model: Model; name: string }) {
  const { data, error } = useQuery(modelDocument(model.key, name));
  if (error && data === undefined) {
    return (
      <p className={cards.quiet}>
        {words.documentFailed}: {wordsOf(error)}
      </p>
    );
  }
  if (data === undefined) return <p className={cards.quiet}>{strings.parts.loading}</p>;
  return blocksOf(data).map((block, place) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: a document is drawn as a whole
    <Drawn key={place} block={block} name={name} />
  ));
}

export function Documents({ model }: { model: Model }) {
  return model.documents.map((name) => (
    <section key={name} className={clsx(cards.row, styles.document)} aria-label={name}>
      {/\.md$/i.test(name) ? (
        <Text model={model} name={name} />
      ) : (
        <img src={documentAddress(model.key, name)} alt={name} loading="lazy" />
      )}
    </section>
  ));
}
