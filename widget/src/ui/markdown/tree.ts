/** A node of the drawn tree. A text is a string; everything else comes from these kinds and no other. */
export type Node = string | Piece;

/** A node that is no text. */
export type Piece =
  | Branch
  | { readonly kind: 'br' | 'hr' }
  /** `code` stands in a line, `pre` is a block with its language. */
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'pre'; readonly text: string; readonly language: string }
  | { readonly kind: 'img'; readonly src: URL; readonly alt: string };

/** A node that holds others. A block among them is spoken as a line of its own. */
export type Branch = { readonly children: readonly Node[] } & (
  | { readonly kind: 'strong' | 'em' | 's' | 'p' | 'h3' | 'h4' | 'h5' | 'blockquote' | 'ul' | 'li' | 'table' | 'tr' }
  | { readonly kind: 'a'; readonly address: Address }
  | { readonly kind: 'ol'; readonly start: number }
  | { readonly kind: 'th' | 'td'; readonly align: CellAlign }
);

/** Where a link may lead: already through the gate of `address.ts`. */
export interface Address {
  readonly href: string;
  /** What to show when the link's text names another address: host, mail address or telephone number. */
  readonly shown: string;
  /** A path of the page's own site: opens in the same tab. */
  readonly isLocal: boolean;
}

export type CellAlign = 'start' | 'center' | 'end' | undefined;

/** A block. `key` is unique among its siblings and does not change while the text grows. */
export type Block = Piece & { readonly key: number };

export interface ParseContext {
  /** Origin of the page, against which `/path` links are resolved. */
  readonly origin: string;
  /** Counts characters looked at; tests hold it to linear growth. */
  steps: number;
}

/** The words alone, for alternative text and announcements; each line and item ends with a line break. */
export function toPlainText(node: Node): string {
  if (typeof node === 'string') return node;
  if ('text' in node) return node.kind === 'pre' ? `${node.text}\n` : node.text;
  if ('alt' in node) return node.alt;
  if (!('children' in node)) return ' ';
  const text = node.children.map(toPlainText).join('');
  return /^(p|h.|li|tr)$/.test(node.kind) ? `${text}\n` : /^t[hd]$/.test(node.kind) ? `${text}, ` : text;
}
