import { type Attributes, h } from './dom.ts';

/** Shapes on a field of 20 × 20. */
export const CLOSE = 'M5 5l10 10M15 5L5 15';
export const NEW = 'M10 4v12M4 10h12';
export const SEND = 'M10 16V4M5 9l5-5 5 5';
export const DOWN = 'M10 4v12M5 11l5 5 5-5';
export const COPY = 'M8 8h8v8H8zM12 8V4H4v8h4';
export const CHECK = 'M4 11l4 4 8-9';
export const RETRY = 'M16 4v4h-4M16 8a6 6 0 100 4';
export const IMAGE = 'M4 4h12v12H4zM4 14l4-4 6 6';
export const STOP = 'M7 7h6v6H7z';
/** The agent's mark. */
export const LEAF = 'M4 16C4 8 8 4 16 4c0 8-4 12-10 10M4 16l8-8';

/** A shape, for eyes only. */
export function icon(d: string): SVGElement {
  return h('svg', { viewBox: '0 0 20 20', 'aria-hidden': 'true' }, h('path', { d }));
}

/** A button that shows a shape; `label` is its name. */
export function iconButton(shape: string, label: () => string, attributes: Attributes): HTMLButtonElement {
  return h('button', { 'aria-label': label, title: label, ...attributes }, icon(shape));
}
