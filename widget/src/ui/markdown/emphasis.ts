import type { Inline } from './tree.ts';

/** A run of `*`, `_` or `~` that may open or close emphasis. */
export interface Delimiter {
  readonly kind: 'delimiter';
  readonly mark: string;
  count: number;
  readonly mayOpen: boolean;
  readonly mayClose: boolean;
}
export type Item = Inline | Delimiter;

interface Frame {
  readonly opener: Delimiter;
  children: Inline[];
}

/** Deeper nesting than anybody writes is shown as it stands, so that drawing cannot run out of stack. */
const MAX_DEPTH = 12;
const MAX_RUN = 6;

/**
 * Matches delimiter runs, innermost first, in one pass. Each item is moved at most once out of a frame that did not
 * close, and then sits in one that did: linear. Source: CommonMark §6.2, without its rule of three.
 */
export function foldEmphasis(items: readonly Item[]): Inline[] {
  const root: Inline[] = [];
  const frames: Frame[] = [];
  const top = (): Inline[] => frames.at(-1)?.children ?? root;
  for (const item of items) {
    if (item.kind !== 'delimiter') {
      push(top(), item);
      continue;
    }
    const run = { ...item };
    if (run.mayClose && run.count <= MAX_RUN) close(run, frames, root);
    if (run.count === 0) continue;
    if (run.mayOpen && run.count <= MAX_RUN && frames.length < MAX_DEPTH) frames.push({ opener: run, children: [] });
    else push(top(), asText(run));
  }
  flatten(frames, 0, root);
  return root;
}

function close(closer: Delimiter, frames: Frame[], root: Inline[]): void {
  while (closer.count > 0) {
    const at = frames.findLastIndex(({ opener }) => opener.mark === closer.mark && (closer.mark !== '~' || opener.count === closer.count));
    const frame = frames[at];
    if (!frame) return;
    flatten(frames, at + 1, frame.children);
    const used = Math.min(frame.opener.count, closer.count, 2);
    closer.count -= used;
    frame.opener.count -= used;
    const kind = closer.mark === '~' ? 'strike' : used === 2 ? 'strong' : 'em';
    const node: Inline = { kind, children: frame.children };
    if (frame.opener.count > 0) {
      frame.children = [node];
    } else {
      frames.pop();
      push(frames.at(-1)?.children ?? root, node);
    }
  }
}

function flatten(frames: Frame[], from: number, into: Inline[]): void {
  for (const frame of frames.splice(from)) {
    push(into, asText(frame.opener));
    for (const child of frame.children) push(into, child);
  }
}

function asText(run: Delimiter): Inline {
  return { kind: 'text', text: run.mark.repeat(run.count) };
}

function push(into: Inline[], node: Inline): void {
  const last = into.at(-1);
  if (node.kind === 'text' && last?.kind === 'text') into[into.length - 1] = { kind: 'text', text: last.text + node.text };
  else into.push(node);
}
