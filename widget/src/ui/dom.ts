import { effect, onEnd, scope } from '../reactive/signal.ts';

/** What stands still. What claims to be a text and is none is drawn as text, never as a node of its sender's choosing. */
export type Drawn = Node | string | null | undefined | readonly Drawn[];

/** What can be drawn. A function is drawn again when a signal that it has read changes. */
export type Child = Drawn | (() => Drawn);

type Value = string | number | boolean | null | undefined;

/**
 * Attributes by their names in HTML: null, undefined and false leave one out, true writes an empty one, a function follows
 * the signals that it reads. `onclick` and the like listen.
 */
export type Attributes = Readonly<Record<string, Value | (() => Value) | ((event: never) => void)>>;

const SVG = /svg|path/;

/** Makes an element. Tag and attribute names come from this code alone, texts become text: no HTML string is ever made. */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes?: Attributes | null,
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag];
export function h(tag: 'svg' | 'path', attributes?: Attributes | null, ...children: readonly Child[]): SVGElement;
export function h(tag: string, attributes?: Attributes | null, ...children: readonly Child[]): Element {
  const element = SVG.test(tag) ? document.createElementNS('http://www.w3.org/2000/svg', tag) : document.createElement(tag);
  draw(element, children);
  // After the children: each that came to an element with `dir="auto"` would be weighed again with all before it.
  follow(element, attributes ?? {});
  return element;
}

/** Gives an element attributes. */
export function follow(element: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    const set = (now: Value): void => {
      if ((now ?? false) === false) element.removeAttribute(name);
      else element.setAttribute(name, (now === true ? '' : now) as string);
    };
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value as EventListener);
    else if (typeof value === 'function') effect(() => set((value as () => Value)()));
    else set(value);
  }
}

/** Draws into `parent`, in place of whatever it holds. What is the same node as before is not moved. */
export function draw(parent: Node, children: readonly Child[]): void {
  const parts: Node[][] = [];
  children.forEach((child, index) => {
    if (typeof child !== 'function') parts[index] = toNodes(child);
    else
      effect(() => {
        parts[index] = toNodes(child(), parts[index]);
        place(parent, parts.flat());
      });
  });
  place(parent, parts.flat());
}

/** Draws each item of a list once, as long as it is in the list. */
export function each<T>(list: () => readonly T[], drawOne: (item: T) => Node): () => readonly Node[] {
  let drawn = new Map<T, [Node, () => void]>();
  onEnd(() => drawn.forEach(([, end]) => end()));
  return () => {
    const before = drawn;
    drawn = new Map(list().map((item) => [item, before.get(item) ?? scope(() => drawOne(item))]));
    for (const [item, [, end]] of before) if (!drawn.has(item)) end();
    return Array.from(drawn.values(), ([node]) => node);
  };
}

function toNodes(child: Drawn, [old]: readonly Node[] = []): Node[] {
  const drawn = child ?? [];
  if (Array.isArray(drawn)) return drawn.flatMap((one) => toNodes(one));
  if (drawn instanceof Node) return [drawn];
  // A live region is not told again what it has told.
  return [old instanceof Text && old.data === drawn ? old : new Text(drawn as string)];
}

function place(parent: Node, nodes: readonly Node[]): void {
  // An element that is new has none: to ask it for its children would slow down every one that it gets.
  if (parent.firstChild) {
    const wanted = new Set(nodes);
    for (const child of Array.from(parent.childNodes)) if (!wanted.has(child)) child.remove();
  }
  // By neighbours: looking children up by their number would count them anew after each that is put in.
  let at = parent.firstChild;
  for (const node of nodes) {
    if (node === at) at = node.nextSibling;
    else parent.insertBefore(node, at);
  }
}
