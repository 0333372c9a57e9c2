import { useSignal } from '@preact/signals';
import type { VNode } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Conversation } from '../conversation/conversation.ts';
import { DownIcon } from './icons.tsx';
import { groupMessages, MessageGroup } from './message-group.tsx';
import { describeActivity } from './texts.ts';
import type { View } from './view.ts';
import { Welcome } from './welcome.tsx';

const NEAR_END_PX = 48;

/** The messages. It stays at the newest as long as the reader is there, and leaves a reader of older ones alone. */
export function MessageList({ view }: { view: View }): VNode {
  const conversation = view.model.conversation.value;
  const words = view.words.value;
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const isAtEnd = useSignal(true);
  useStickToEnd(scroller, content, isAtEnd);
  const toEnd = (): void => scroller.current?.scrollTo({ top: scroller.current.scrollHeight, behavior: motion() });
  return (
    <div class="list-frame">
      <div class="scroller" part="messages" ref={scroller} role="log" aria-live="off" aria-label={words('messages')} tabIndex={0}>
        <div class="list" ref={content}>
          {conversation ? <Messages conversation={conversation} view={view} /> : <Loading view={view} />}
        </div>
      </div>
      {isAtEnd.value ? null : (
        <button type="button" class="latest" aria-label={words('latest')} title={words('latest')} onClick={toEnd}>
          <DownIcon />
        </button>
      )}
    </div>
  );
}

function Messages({ conversation, view }: { conversation: Conversation; view: View }): VNode {
  const words = view.words.value;
  const messages = conversation.messages.value;
  const phase = conversation.phase.value;
  if (phase === 'loading' && messages.length === 0) return <Loading view={view} />;
  if (messages.length === 0) return <Welcome view={view} conversation={conversation} />;
  const groups = groupMessages(messages);
  const now = Date.now();
  return (
    <>
      {conversation.hasEarlier.value ? (
        <button type="button" class="earlier" onClick={() => conversation.loadEarlier()}>
          {words('loadEarlier')}
        </button>
      ) : null}
      {groups.map((group, index) => (
        <MessageGroup
          key={group.messages[0]?.id}
          group={group}
          view={view}
          now={now}
          onRetry={() => conversation.retry()}
          isLast={index === groups.length - 1}
        />
      ))}
      <Activity conversation={conversation} view={view} />
    </>
  );
}

/** Three dots until the first word, with what the agent is doing if it says so. */
function Activity({ conversation, view }: { conversation: Conversation; view: View }): VNode | null {
  const phase = conversation.phase.value;
  const tool = conversation.activity.value;
  const last = conversation.messages.value.at(-1);
  const isWriting = last?.kind === 'answer' && last.state.value === 'streaming' && last.text.value !== '';
  if (phase === 'reconnecting') return <Working text={view.words.value('reconnecting')} />;
  if (phase !== 'answering' || (isWriting && tool === null)) return null;
  return <Working text={tool === null ? view.words.value('thinking') : describeActivity(tool, view.model.texts.value)} />;
}

function Working({ text }: { text: string }): VNode {
  return (
    <p class="working" part="activity" role="status">
      <span class="dots" aria-hidden="true">
        <i />
        <i />
        <i />
      </span>
      {text}
    </p>
  );
}

function Loading({ view }: { view: View }): VNode | null {
  const hasTrouble = view.model.trouble.value !== null;
  return hasTrouble ? null : <Working text={view.words.value('loading')} />;
}

function motion(): ScrollBehavior {
  return matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth';
}

type Box = { readonly current: HTMLDivElement | null };

/** Keeps the end in view while the reader is at it; keeps the reader's place when older messages come in above. */
function useStickToEnd(scroller: Box, content: Box, isAtEnd: { value: boolean }): void {
  useLayoutEffect(() => {
    const box = scroller.current;
    const inner = content.current;
    if (!box || !inner) return;
    let height = 0;
    const onScroll = (): void => {
      isAtEnd.value = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_END_PX;
    };
    const observer = new ResizeObserver(() => {
      if (isAtEnd.value) box.scrollTop = box.scrollHeight;
      else if (box.scrollTop < 1 && height > 0) box.scrollTop = box.scrollHeight - height;
      height = box.scrollHeight;
    });
    box.addEventListener('scroll', onScroll, { passive: true });
    observer.observe(inner);
    observer.observe(box);
    return () => {
      box.removeEventListener('scroll', onScroll);
      observer.disconnect();
    };
  }, []);
}
