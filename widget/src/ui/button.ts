import { type Attributes, type Child, h } from './dom.ts';

/** A shape on a field of 20 × 20, for eyes only. */
export function icon(d: string): SVGElement {
  return h('svg', { viewBox: '0 0 20 20', 'aria-hidden': true }, h('path', { d }));
}

/** A button that does nothing by itself. */
export function button(attributes: Attributes, ...children: readonly Child[]): HTMLButtonElement {
  return h('button', { type: 'button', ...attributes }, ...children);
}
