import { effect } from '../../reactive/signal.ts';
import { icon, IMAGE } from '../button.ts';
import { copyButton } from '../copy-button.ts';
import { draw, h } from '../dom.ts';
import type { Words } from '../texts.ts';
import { isDisguised } from './address.ts';
import { createMarkdownDocument } from './document.ts';
import { type Block, type Branch, type Node as TreeNode, toPlainText } from './tree.ts';

export interface ProseOptions {
  /** What it reads, and `imageOrigins`, may be signals: other words or origins draw all anew. */
  readonly words: Words;
  /** Exact origins whose images load by themselves, without query. */
  readonly imageOrigins: () => readonly string[];
  /** The page's own origin, against which `/path` links are resolved. */
  readonly origin: string;
}

/** A text in Markdown, drawn out of a fixed table of elements and attributes. No HTML string is ever made (contract §8). */
export interface Prose {
  readonly element: HTMLElement;
  /**
   * Draws `text`; `isOpen`: more may follow. Of a text that continues the one before, only the last open block is read and
   * drawn again, and in it only what changed. Returns its blocks.
   */
  update(text: string, isOpen: boolean): readonly Block[];
}

/** Its effects end with the effect or scope in which it is made. */
export function createProse(options: ProseOptions): Prose {
  const element = h('div', { class: 'prose' });
  const document = createMarkdownDocument(options.origin);
  const asked = new Set<string>();
  let drawn: readonly Block[] = [];
  const show = (blocks: readonly Block[]): readonly Block[] => {
    const nodes = blocks.map((block, index) => {
      const old = element.childNodes[index];
      return old && block === drawn[index] ? old : renew(old, drawNode(block, { ...options, asked }));
    });
    draw(element, nodes);
    return (drawn = blocks);
  };
  effect(() => {
    options.words('show');
    options.imageOrigins();
    const blocks = drawn;
    drawn = [];
    show(blocks);
  });
  return { element, update: (text, isOpen) => show(document.update(text, isOpen)) };
}

/** Keeps of `old` what is the same in `fresh`: a growing block takes neither the selection nor the focus away. */
function renew(old: Node | undefined, fresh: Node): Node {
  if (!old?.cloneNode().isEqualNode(fresh.cloneNode())) return fresh;
  draw(
    old,
    Array.from(fresh.childNodes, (child, index) => renew(old.childNodes[index], child)),
  );
  return old;
}

interface DrawOptions extends ProseOptions {
  /** Images that the visitor has asked for. */
  readonly asked: Set<string>;
}

function drawNode(node: TreeNode, options: DrawOptions): Node {
  if (typeof node === 'string') return document.createTextNode(node);
  if ('children' in node) return drawBranch(node, options);
  switch (node.kind) {
    case 'br':
    case 'hr':
      return h(node.kind);
    case 'code':
      return h('code', null, node.text);
    case 'pre':
      return drawCode(node, options);
    case 'img':
      return drawImage(node, options);
    default:
      return node satisfies never;
  }
}

function drawBranch(node: Branch, options: DrawOptions): Node {
  if (node.kind === 'a') return drawLink(node, options);
  const children = node.children.map((child) => drawNode(child, options));
  switch (node.kind) {
    case 'ol':
      return h('ol', { start: node.start }, ...children);
    case 'li': {
      // The first paragraph of an item stands beside its mark.
      const [first, ...others] = children;
      return h('li', { dir: 'auto' }, first instanceof HTMLParagraphElement ? Array.from(first.childNodes) : first, ...others);
    }
    case 'table': {
      const [head, ...rows] = children;
      const table = h('table', null, h('thead', null, head), h('tbody', null, ...rows));
      return h('div', { class: 'table', role: 'group', 'aria-label': options.words('table'), tabindex: 0 }, table);
    }
    case 'th':
    case 'td':
      return h(node.kind, { dir: 'auto', class: node.align }, ...children);
    case 'p':
    case 'h3':
    case 'h4':
    case 'h5':
      return h(node.kind, { dir: 'auto' }, ...children);
    case 'strong':
    case 'em':
    case 's':
    case 'ul':
    case 'tr':
    case 'blockquote':
      return h(node.kind, null, ...children);
    default:
      return node satisfies never;
  }
}

function drawLink({ address, children }: Branch & { kind: 'a' }, options: DrawOptions): Node {
  const text = children.map(toPlainText).join('');
  return h(
    'a',
    {
      href: address.href,
      rel: 'noopener noreferrer nofollow ugc',
      target: address.isLocal ? null : '_blank',
      referrerpolicy: address.isLocal ? null : 'no-referrer',
    },
    // A picture inside a link is its alternative text: a button cannot stand in a link.
    ...children.map((child) => drawNode(typeof child === 'object' && /^(img|a)$/.test(child.kind) ? toPlainText(child) : child, options)),
    text.trim() === '' || isDisguised(text, address) ? h('span', { class: 'real' }, ` (${address.shown})`) : null,
  );
}

function drawCode({ text, language }: { readonly text: string; readonly language: string }, { words }: DrawOptions): Node {
  const code = h('code', null, text);
  return h(
    'div',
    { class: 'code', dir: 'ltr' },
    h(
      'div',
      { class: 'code-head' },
      h('span', null, language),
      copyButton(words, 'copyCode', () => code.textContent),
    ),
    h('pre', { tabindex: 0, 'aria-label': words('code') }, code),
  );
}

/** Nothing loads by itself: an image is a button until the visitor asks for it, unless its origin is allowed (contract §8). */
function drawImage({ src, alt }: { readonly src: URL; readonly alt: string }, { words, imageOrigins, asked }: DrawOptions): Node {
  const isAllowed = imageOrigins().includes(src.origin);
  const image = (address: string): Node => h('img', { alt, referrerpolicy: 'no-referrer', loading: 'lazy', src: address });
  if (isAllowed) return image(src.origin + src.pathname);
  if (asked.has(src.href)) return image(src.href);
  const show = (): void => {
    asked.add(src.href);
    chip.replaceWith(image(src.href));
  };
  const chip = h(
    'button',
    { class: 'chip', title: src.href, onclick: show },
    icon(IMAGE),
    words('image', { host: src.host }),
    ' · ',
    h('b', null, words('show')),
  );
  return chip;
}
