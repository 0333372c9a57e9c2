import { type ComponentChildren, h, type VNode } from 'preact';
import { asText } from '../as-text.ts';
import type { Words } from '../texts.ts';
import { isDisguised } from './address.ts';
import { CodeBlock } from './code-block.tsx';
import { ImageChip } from './image-chip.tsx';
import { toPlainText } from './inline.ts';
import type { Block, Inline } from './tree.ts';

export interface DrawOptions {
  readonly words: Words;
  /** Exact origins whose images load by themselves, without query. */
  readonly imageOrigins: readonly string[];
}

/** Draws one block as nodes out of a fixed table of elements and attributes. No HTML string is ever made (contract §8). */
export function drawBlock(block: Block, options: DrawOptions): VNode {
  switch (block.kind) {
    case 'paragraph':
      return <p dir="auto">{drawInlines(block.children, options)}</p>;
    case 'heading':
      return h(block.level === 1 ? 'h3' : block.level === 2 ? 'h4' : 'h5', { dir: 'auto' }, drawInlines(block.children, options));
    case 'code':
      return <CodeBlock text={asText(block.text)} language={asText(block.language)} words={options.words} />;
    case 'quote':
      return <blockquote>{drawBlocks(block.children, options)}</blockquote>;
    case 'list':
      return drawList(block, options);
    case 'table':
      return drawTable(block, options);
    case 'rule':
      return <hr />;
    default:
      return block satisfies never;
  }
}

function drawBlocks(blocks: readonly Block[], options: DrawOptions): ComponentChildren {
  return blocks.map((block) => drawBlock(block, options));
}

function drawList(list: Block & { kind: 'list' }, options: DrawOptions): VNode {
  const items = list.items.map((blocks) => {
    const [first, ...rest] = blocks;
    const isPlain = first?.kind === 'paragraph';
    return <li dir="auto">{isPlain ? [drawInlines(first.children, options), drawBlocks(rest, options)] : drawBlocks(blocks, options)}</li>;
  });
  return list.start === null ? <ul>{items}</ul> : <ol start={list.start}>{items}</ol>;
}

function drawTable(table: Block & { kind: 'table' }, options: DrawOptions): VNode {
  const row = (tag: 'th' | 'td', cells: readonly (readonly Inline[])[]): VNode => (
    <tr>{cells.map((cell, index) => h(tag, { class: table.align[index] ?? undefined, dir: 'auto' }, drawInlines(cell, options)))}</tr>
  );
  return (
    <div class="table" role="group" aria-label={options.words('table')} tabIndex={0}>
      <table>
        <thead>{row('th', table.head)}</thead>
        <tbody>{table.rows.map((cells) => row('td', cells))}</tbody>
      </table>
    </div>
  );
}

function drawInlines(nodes: readonly Inline[], options: DrawOptions): ComponentChildren {
  return nodes.map((node) => drawInline(node, options));
}

const TAGS = { strong: 'strong', em: 'em', strike: 's' } as const;

function drawInline(node: Inline, options: DrawOptions): ComponentChildren {
  switch (node.kind) {
    case 'text':
      return asText(node.text);
    case 'code':
      return <code>{asText(node.text)}</code>;
    case 'break':
      return <br />;
    case 'strong':
    case 'em':
    case 'strike':
      return h(TAGS[node.kind], null, drawInlines(node.children, options));
    case 'link':
      return drawLink(node, options);
    case 'image':
      return <ImageChip src={node.src} alt={asText(node.alt)} options={options} />;
    default:
      return node satisfies never;
  }
}

function drawLink({ address, children }: Inline & { kind: 'link' }, options: DrawOptions): ComponentChildren {
  const text = toPlainText(children);
  const target = address.isLocal ? {} : ({ target: '_blank', referrerpolicy: 'no-referrer' } as const);
  return (
    <a href={address.href} rel="noopener noreferrer nofollow ugc" {...target}>
      {drawInlines(children.map(withoutImage), options)}
      {text.trim() === '' || isDisguised(text, address) ? <span class="real"> ({address.shown})</span> : null}
    </a>
  );
}

/** A picture inside a link is its alternative text: a button cannot stand in a link. */
function withoutImage(node: Inline): Inline {
  return node.kind === 'image' || node.kind === 'link' ? { kind: 'text', text: toPlainText([node]) } : node;
}
