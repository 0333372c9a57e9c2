import { type Attributes, h } from './dom.ts';

/** Shapes on a field of 20 × 20. */
export const CLOSE = 'M5 5l10 10M15 5L5 15';
export const NEW = 'M9 4H4v12h12v-5M8 12l.6-2.6 6-6 2 2-6 6z';
export const SEND = 'M10 16V4M5 9l5-5 5 5';
export const DOWN = 'M10 4v12M5 11l5 5 5-5';
export const COPY = 'M7.5 7.5h8v8h-8zM12.5 7.5v-3h-8v8h3';
export const CHECK = 'M4.5 10.5l3.5 3.5 7.5-8';
export const RETRY = 'M15.5 7A6 6 0 104.3 11.5M15.8 3.5V7h-3.5';
export const IMAGE = 'M4 4.5h12v11H4zM4 13l3.5-3.5 3 3L13 10l3 3M12.5 7.5h.01';
export const STOP = 'M7 7h6v6H7z';
/** The agent's mark. */
export const LEAF = 'M4.5 15.5C4 8.5 8 4.5 15.8 4.2 16 12 12 16 6.5 14.5M4 16.5c2-4 4.5-6.2 7.5-7.8';

/** A shape, for eyes only. */
export function icon(d: string): SVGElement {
  return h('svg', { viewBox: '0 0 20 20', 'aria-hidden': 'true' }, h('path', { d }));
}

/** A button that shows a shape; `label` is its name. */
export function iconButton(shape: string, label: () => string, attributes: Attributes): HTMLButtonElement {
  return h('button', { 'aria-label': label, title: label, ...attributes }, icon(shape));
}
