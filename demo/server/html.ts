const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Markup that is safe to send: made by `html`, or vouched for with `trusted`. */
export interface Html {
  readonly markup: string;
}

type Piece = Html | string | number | null | undefined | false | readonly Piece[];

/** A template tag: everything put into it is escaped, unless it is `Html` itself. Lists are joined; null and false are nothing. */
export function html(literals: TemplateStringsArray, ...pieces: readonly Piece[]): Html {
  return { markup: literals.reduce((text, literal, at) => text + render(pieces[at - 1]) + literal) };
}

/** Markup of our own: drawings and pages that stand in this repository. Never anything that came with a request. */
export function trusted(markup: string): Html {
  return { markup };
}

function render(piece: Piece): string {
  if (piece === null || piece === undefined || piece === false) return '';
  if (typeof piece === 'string' || typeof piece === 'number') return escape(String(piece));
  if ('markup' in piece) return piece.markup;
  return piece.map(render).join('');
}

function escape(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
