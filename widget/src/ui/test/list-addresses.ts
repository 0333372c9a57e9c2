import type { Node } from '../markdown/tree.ts';

/** Every address that a reader could follow, in order. */
export function listAddresses(nodes: readonly Node[]): string[] {
  return nodes.flatMap((node) => {
    if (typeof node === 'string' || !('children' in node)) return [];
    const inner = listAddresses(node.children);
    return node.kind === 'a' ? [node.address.href, ...inner] : inner;
  });
}
