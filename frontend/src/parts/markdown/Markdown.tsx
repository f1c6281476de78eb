/**
 * Notes in Markdown (CommonMark), as elements of the page. Nothing is ever put in as HTML: raw HTML in a note is shown as the
 * text that it is, pictures become links, and links lead to the web or to this program only.
 */
import type { Nodes, RootContent } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";
import { Fragment, type ReactNode, useMemo } from "react";
import { safeAddress } from "./address";
import styles from "./Markdown.module.css";

type Parent = Extract<Nodes, { children: unknown[] }>;

function inside(node: Parent): ReactNode {
  // biome-ignore lint/suspicious/noArrayIndexKey: a note is drawn as a whole
  return node.children.map((child, number) => <Fragment key={number}>{drawn(child as RootContent)}</Fragment>);
}

function Leads({ to, children }: { to: string; children: ReactNode }) {
  const address = safeAddress(to);
  if (address === undefined) return <span>{children}</span>;
  return (
    <a href={address} rel="noopener noreferrer nofollow" target="_blank">
      {children}
    </a>
  );
}

/** A note stands under the title of its page: its own titles begin one step lower. */
function Title({ depth, children }: { depth: number; children: ReactNode }) {
  if (depth === 1) return <h2 className={styles.large}>{children}</h2>;
  return depth === 2 ? <h3>{children}</h3> : <h4>{children}</h4>;
}

function block(node: RootContent): ReactNode {
  switch (node.type) {
    case "paragraph":
      return <p>{inside(node)}</p>;
    case "heading":
      return <Title depth={node.depth}>{inside(node)}</Title>;
    case "blockquote":
      return <blockquote>{inside(node)}</blockquote>;
    case "list":
      return node.ordered ? <ol start={node.start ?? 1}>{inside(node)}</ol> : <ul>{inside(node)}</ul>;
    case "listItem":
      return <li>{inside(node)}</li>;
    case "code":
      return (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys
        <pre tabIndex={0}>
          <code>{node.value}</code>
        </pre>
      );
    case "thematicBreak":
      return <hr />;
    default:
      return null;
  }
}

function drawn(node: RootContent): ReactNode {
  switch (node.type) {
    case "text":
    case "html":
      return node.value;
    case "emphasis":
      return <em>{inside(node)}</em>;
    case "strong":
      return <strong>{inside(node)}</strong>;
    case "inlineCode":
      return <code>{node.value}</code>;
    case "break":
      return <br />;
    case "link":
      return <Leads to={node.url}>{inside(node)}</Leads>;
    case "image":
      return <Leads to={node.url}>{node.alt || node.url}</Leads>;
    case "linkReference":
      return inside(node);
    default:
      return block(node);
  }
}

export function Markdown({ text }: { text: string }) {
  const tree = useMemo(() => fromMarkdown(text), [text]);
  return <div className={styles.text}>{inside(tree)}</div>;
}
