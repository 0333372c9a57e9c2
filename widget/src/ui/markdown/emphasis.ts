import type { Node } from './tree.ts';

/** A run of `*`, `_` or `~` that may open or close emphasis. */
export interface Run {
  readonly kind: 'run';
  readonly mark: string;
  readonly count: number;
  readonly mayOpen: boolean;
  readonly mayClose: boolean;
}

interface Frame {
  readonly mark: string;
  count: number;
  children: Node[];
}

/** Deeper nesting than anybody writes is shown as it stands, so that drawing cannot run out of stack. */
const MAX_DEPTH = 12;

/**
 * Matches delimiter runs, innermost first, in one pass. Each item is moved at most once out of a frame that did not
 * close, and then sits in one that did: linear. Source: CommonMark §6.2, without its rule of three.
 */
export function foldEmphasis(items: readonly (Node | Run)[]): readonly Node[] {
  const root: Frame = { mark: '', count: 0, children: [] };
  const frames = [root];
  for (const item of items) {
    if (typeof item === 'string' || item.kind !== 'run') {
      push(top(frames, root), item);
      continue;
    }
    const count = item.mayClose ? close(item, frames, root) : item.count;
    if (item.mayOpen && count > 0 && frames.length < MAX_DEPTH) frames.push({ mark: item.mark, count, children: [] });
    else push(top(frames, root), item.mark.repeat(count));
  }
  return flatten(frames, root).children;
}

/** Returns how much of the run is left. */
function close({ mark, count }: Run, frames: Frame[], root: Frame): number {
  let left = count;
  while (left > 0) {
    const at = frames.findLastIndex((frame) => frame.mark === mark && (mark !== '~' || frame.count === left));
    const opener = frames[at];
    if (!opener) break;
    flatten(frames.splice(at), opener);
    const used = Math.min(opener.count, left, 2);
    left -= used;
    opener.count -= used;
    const node: Node = { kind: mark === '~' ? 's' : used > 1 ? 'strong' : 'em', children: opener.children };
    if (opener.count > 0) {
      opener.children = [node];
      frames.push(opener);
    } else {
      push(top(frames, root), node);
    }
  }
  return left;
}

const top = (frames: readonly Frame[], root: Frame): Frame => frames.at(-1) ?? root;

/** Puts what did not close into `into`, the first of the frames, as text. */
function flatten(frames: readonly Frame[], into: Frame): Frame {
  for (const { mark, count, children } of frames.slice(1)) for (const child of [mark.repeat(count), ...children]) push(into, child);
  return into;
}

/** Texts side by side become one. */
function push({ children }: Frame, node: Node): void {
  const last = children.at(-1);
  if (typeof node === 'string' && typeof last === 'string') children[children.length - 1] = last + node;
  else if (node !== '') children.push(node);
}
