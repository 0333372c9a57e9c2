import { useSignalEffect } from '@preact/signals';
import type { VNode } from 'preact';
import { useMemo } from 'preact/hooks';
import { asText } from './as-text.ts';
import type { ChatMessage } from '../conversation/conversation.ts';
import { CopyButton } from './copy-button.tsx';
import { RetryIcon } from './icons.tsx';
import { createMarkdownDocument } from './markdown/document.ts';
import { drawBlock, type DrawOptions } from './markdown/markdown.tsx';
import type { Block } from './markdown/tree.ts';
import { createSentenceReader } from './sentences.ts';
import type { View } from './view.ts';

export type AnswerMessage = ChatMessage & { kind: 'answer' };

/** One answer. It alone draws again as its text grows, and of it only the blocks that changed. */
export function Answer({ message, view, onRetry }: { message: AnswerMessage; view: View; onRetry: (() => void) | null }): VNode {
  const document = useMemo(() => createMarkdownDocument(location.origin), [message]);
  const words = view.words.value;
  const imageOrigins = view.imageOrigins.value;
  const drawn = useMemo(() => new WeakMap<Block, VNode>(), [words, imageOrigins]);
  const state = message.state.value;
  const isOpen = state === 'streaming';
  const text = asText(message.text.value);
  const blocks = document.update(text, isOpen);
  useAnnouncer(message, view);
  return (
    <div class={`bubble answer ${state}`} part="bubble answer">
      <div class="prose">{blocks.map((block) => draw(block, { words, imageOrigins }, drawn))}</div>
      {isOpen ? null : <AnswerEnd message={message} view={view} onRetry={onRetry} />}
    </div>
  );
}

/** The same block object gives the same node, which Preact then passes over. */
function draw(block: Block, options: DrawOptions, drawn: WeakMap<Block, VNode>): VNode {
  const known = drawn.get(block);
  if (known) return known;
  const node = drawBlock(block, options);
  node.key = block.key;
  drawn.set(block, node);
  return node;
}

/** Speaks an answer that is under way, sentence by sentence. Old answers stay silent. */
function useAnnouncer(message: AnswerMessage, view: View): void {
  const speaker = useMemo(() => {
    const isLive = message.state.peek() === 'streaming';
    return isLive ? { document: createMarkdownDocument(location.origin), sentences: createSentenceReader(), seen: 0 } : null;
  }, [message]);
  useSignalEffect(() => {
    const text = asText(message.text.value);
    const isOpen = message.state.value === 'streaming';
    if (!speaker) return;
    const fresh = text.slice(Math.max(0, speaker.seen - 1));
    speaker.seen = text.length;
    if (!isOpen || /[.!?…。！？]\s|\n/.test(fresh)) view.announce(speaker.sentences.read(speaker.document.update(text, isOpen), isOpen));
  });
}

function AnswerEnd({ message, view, onRetry }: { message: AnswerMessage; view: View; onRetry: (() => void) | null }): VNode {
  const words = view.words.value;
  const state = message.state.value;
  const note = state === 'cancelled' ? 'stopped' : state === 'interrupted' ? 'brokeOff' : state === 'failed' ? 'answerFailed' : null;
  return (
    <div class="answer-end">
      {note ? <span class="note">{words(note)}</span> : null}
      {note && note !== 'stopped' && onRetry ? (
        <button type="button" class="link" onClick={onRetry}>
          <RetryIcon /> {words('retry')}
        </button>
      ) : null}
      {message.text.value === '' ? null : <CopyButton text={asText(message.text.value)} label={words('copy')} words={words} />}
    </div>
  );
}
