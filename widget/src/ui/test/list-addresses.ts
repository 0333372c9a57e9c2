import type { Block, Inline } from '../markdown/tree.ts';

/** Every address that a reader could follow, in order. */
export function listAddresses(blocks: readonly Block[]): string[] {
  return blocks.flatMap((block): string[] => {
    switch (block.kind) {
      case 'paragraph':
      case 'heading':
        return ofInlines(block.children);
      case 'quote':
        return listAddresses(block.children);
      case 'list':
        return block.items.flatMap(listAddresses);
      case 'table':
        return [block.head, ...block.rows].flat().flatMap(ofInlines);
      case 'code':
      case 'rule':
        return [];
      default:
        return block satisfies never;
    }
  });
}

function ofInlines(nodes: readonly Inline[]): string[] {
  return nodes.flatMap((node) => {
    if (node.kind === 'link') return [node.address.href, ...ofInlines(node.children)];
    return 'children' in node ? ofInlines(node.children) : [];
  });
}
