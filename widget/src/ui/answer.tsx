import { asText } from './as-text.ts';
import { isValidElement, type VNode } from 'preact';
import { Button, RETRY } from './button.tsx';
import type { ChatMessage } from '../conversation/conversation.ts';
import { CopyButton } from './copy-button.tsx';
import { createMarkdownDocument } from './markdown/document.ts';
import { drawNode } from './markdown/markdown.tsx';
import type { Block } from './markdown/tree.ts';
import { createSentenceReader } from './sentences.ts';
import type { View } from './view.ts';
import { watch } from './watch.ts';

interface AnswerProps {
  readonly message: ChatMessage & { kind: 'answer' };
  readonly view: View;
  /** Only the last answer can be tried again. */
  readonly onRetry: (() => void) | null;
}

const NOTES = { streaming: null, complete: null, cancelled: 'stopped', interrupted: 'brokeOff', failed: 'brokeOff' } as const;

/** One answer. It alone draws again as its text grows, and of it only the blocks that changed. */
export const Answer = watch<AnswerProps>(({ message, view }) => {
  const document = createMarkdownDocument(location.origin);
  // An answer that is under way is spoken sentence by sentence; old ones stay silent.
  const finish = message.state.peek() === 'streaming' ? createSentenceReader() : null;
  const draw = createBlockDrawing(view);
  let seen = 0;
  return ({ onRetry }) => {
    const state = message.state.value;
    const isOpen = state === 'streaming';
    const text = asText(message.text.value);
    const blocks = document.update(text, isOpen);
    if (finish && (!isOpen || /[.!?…。！？]\s|\n/.test(text.slice(Math.max(0, seen - 1))))) view.announce(finish(blocks, isOpen));
    seen = text.length;
    const note = NOTES[state];
    return (
      <div class="bubble answer" part="answer" data-state={state}>
        <div class="prose">{draw(blocks)}</div>
        {isOpen ? null : (
          <div class="note">
            {note ? <span>{view.words(note)}</span> : null}
            {note && note !== 'stopped' && onRetry ? (
              <Button class="link" icon={RETRY} onClick={onRetry}>
                {view.words('retry')}
              </Button>
            ) : null}
            {text ? <CopyButton text={text} label="copy" words={view.words} /> : null}
          </div>
        )}
      </div>
    );
  };
});

/** The same block object gives the same node, which Preact then passes over; other words or images draw all anew. */
function createBlockDrawing({ model, words }: View): (blocks: readonly Block[]) => (VNode | null)[] {
  let drawn = new WeakMap<Block, VNode>();
  let basis: readonly unknown[] = [];
  return (blocks) => {
    const imageOrigins = model.config.value?.flags.image_origins ?? [];
    const next = [model.texts.value, model.config.value];
    if (next.some((value, index) => value !== basis[index])) drawn = new WeakMap();
    basis = next;
    return blocks.map((block) => {
      const node = drawn.get(block) ?? drawNode(block, { words, imageOrigins });
      if (!isValidElement(node)) return null;
      node.key = block.key;
      drawn.set(block, node);
      return node;
    });
  };
}
