/** A piece of running text. Everything drawn comes from these kinds and no other. */
export type Inline =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'break' }
  | { readonly kind: 'strong' | 'em' | 'strike'; readonly children: readonly Inline[] }
  | { readonly kind: 'link'; readonly address: Address; readonly children: readonly Inline[] }
  | { readonly kind: 'image'; readonly src: URL; readonly alt: string };

/** Where a link may lead: already through the gate of `address.ts`. */
export interface Address {
  readonly href: string;
  /** What to show when the link's text names another address: host, mail address or telephone number. */
  readonly shown: string;
  /** A path of the page's own site: opens in the same tab. */
  readonly isLocal: boolean;
}

export type CellAlign = 'start' | 'center' | 'end' | null;
type Cells = readonly (readonly Inline[])[];

/** A block. `key` is unique among its siblings and does not change while the text grows. */
export type Block = { readonly key: number } & (
  | { readonly kind: 'paragraph'; readonly children: readonly Inline[] }
  | { readonly kind: 'heading'; readonly level: number; readonly children: readonly Inline[] }
  | { readonly kind: 'code'; readonly language: string; readonly text: string }
  | { readonly kind: 'quote'; readonly children: readonly Block[] }
  /** `start`: number of the first item, null for a bulleted list. */
  | { readonly kind: 'list'; readonly start: number | null; readonly items: readonly (readonly Block[])[] }
  | { readonly kind: 'table'; readonly align: readonly CellAlign[]; readonly head: Cells; readonly rows: readonly Cells[] }
  | { readonly kind: 'rule' }
);

export interface ParseContext {
  /** Origin of the page, against which `/path` links are resolved. */
  readonly origin: string;
  /** Counts characters looked at; tests hold it to linear growth. */
  steps: number;
}
