import { type ComponentChildren, createElement } from 'preact';
import type { Words } from '../texts.ts';
import { isDisguised } from './address.ts';
import { CodeBlock } from './code-block.tsx';
import { ImageChip } from './image-chip.tsx';
import { type Branch, type Node, toPlainText } from './tree.ts';

export interface DrawOptions {
  readonly words: Words;
  /** Exact origins whose images load by themselves, without query. */
  readonly imageOrigins: readonly string[];
}

const DIR = { dir: 'auto' };

/** Draws a tree as nodes out of a fixed table of elements and attributes. No HTML string is ever made (contract §8). */
export function drawNode(node: Node, options: DrawOptions): ComponentChildren {
  if (typeof node === 'string') return node;
  if ('children' in node) return drawBranch(node, options);
  switch (node.kind) {
    case 'br':
    case 'hr':
      return createElement(node.kind, null);
    case 'code':
      return <code>{node.text}</code>;
    case 'pre':
      return <CodeBlock text={node.text} language={node.language} words={options.words} />;
    case 'img':
      return <ImageChip src={node.src} alt={node.alt} options={options} />;
    default:
      return node satisfies never;
  }
}

function drawBranch(node: Branch, options: DrawOptions): ComponentChildren {
  const children = node.children.map((child) => drawNode(child, options));
  switch (node.kind) {
    case 'a':
      return drawLink(node, options);
    case 'ol':
      return <ol start={node.start}>{children}</ol>;
    case 'li': {
      // The first paragraph of an item stands beside its mark.
      const first = node.children[0];
      if (typeof first === 'object' && first.kind === 'p') children[0] = first.children.map((child) => drawNode(child, options));
      return <li dir="auto">{children}</li>;
    }
    case 'table':
      return (
        <div class="table" role="group" aria-label={options.words('table')} tabIndex={0}>
          <table>
            <thead>{children[0]}</thead>
            <tbody>{children.slice(1)}</tbody>
          </table>
        </div>
      );
    case 'th':
    case 'td':
      return createElement(node.kind, { ...DIR, class: node.align }, children);
    case 'p':
    case 'h3':
    case 'h4':
    case 'h5':
      return createElement(node.kind, DIR, children);
    case 'strong':
    case 'em':
    case 's':
    case 'ul':
    case 'tr':
    case 'blockquote':
      return createElement(node.kind, null, children);
    default:
      return node satisfies never;
  }
}

function drawLink({ address, children }: Branch & { kind: 'a' }, options: DrawOptions): ComponentChildren {
  const text = children.map(toPlainText).join('');
  const target = address.isLocal ? {} : ({ target: '_blank', referrerpolicy: 'no-referrer' } as const);
  return (
    <a href={address.href} rel="noopener noreferrer nofollow ugc" {...target}>
      {children.map((child) => drawNode(withoutImage(child), options))}
      {text.trim() === '' || isDisguised(text, address) ? <span class="real"> ({address.shown})</span> : null}
    </a>
  );
}

/** A picture inside a link is its alternative text: a button cannot stand in a link. */
function withoutImage(node: Node): Node {
  return typeof node === 'object' && (node.kind === 'img' || node.kind === 'a') ? toPlainText(node) : node;
}
