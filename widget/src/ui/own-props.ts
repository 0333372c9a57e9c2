import { options } from 'preact';

/**
 * Preact reads an element's properties with `for … in`: where a page has written into `Object.prototype`, each element
 * would get what stands there. On such a page, and there alone, elements' properties inherit nothing.
 */
export function keepPropsOwn(): void {
  if (!isPolluted()) return;
  const next = options.vnode?.bind(options);
  options.vnode = (vnode) => {
    if (typeof vnode.type === 'string') Object.setPrototypeOf(vnode.props, null);
    next?.(vnode);
  };
}

function isPolluted(): boolean {
  for (const name in {}) return name !== '';
  return false;
}
