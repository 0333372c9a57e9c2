import type { VNode } from 'preact';
import { asText } from './as-text.ts';
import type { ChatMessage } from '../conversation/conversation.ts';
import { Answer } from './answer.tsx';
import { LeafIcon, RetryIcon } from './icons.tsx';
import type { View } from './view.ts';
import { formatWhen } from './when.ts';

const GROUP_MS = 5 * 60_000;

/** Messages of one author, close in time. */
export interface Group {
  readonly author: 'me' | 'agent' | 'other';
  readonly messages: readonly ChatMessage[];
}

export function groupMessages(messages: readonly ChatMessage[]): Group[] {
  const groups: { author: Group['author']; key: string; messages: ChatMessage[] }[] = [];
  for (const message of messages) {
    const author = message.kind === 'answer' ? 'agent' : message.isMine ? 'me' : 'other';
    const key = message.kind === 'user' && !message.isMine ? `other ${message.author?.level} ${message.author?.id}` : author;
    const last = groups.at(-1);
    const isNear = message.createdAt - (last?.messages.at(-1)?.createdAt ?? 0) < GROUP_MS;
    if (last?.key === key && isNear) last.messages.push(message);
    else groups.push({ author, key, messages: [message] });
  }
  return groups;
}

interface GroupProps {
  readonly group: Group;
  readonly view: View;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly isLast: boolean;
  readonly onRetry: () => void;
}

export function MessageGroup({ group, view, now, isLast, onRetry }: GroupProps): VNode {
  const { author, messages } = group;
  const first = messages[0];
  const words = view.words.value;
  const writer = first?.kind === 'user' ? first.author?.name : undefined;
  const name = author === 'agent' ? view.name.value : author === 'me' ? words('you') : asText(writer || words('guest'));
  const at = first?.createdAt ?? now;
  return (
    <article class={`group ${author}`} part={`group ${author}`}>
      <p class="by">
        {author === 'me' ? null : <span class="avatar tiny">{author === 'agent' ? <LeafIcon /> : initialOf(name)}</span>}
        <span class={author === 'me' ? 'unseen' : 'name'} dir="auto">
          {name}
        </span>
        <time dateTime={new Date(at).toISOString()}>{formatWhen(at, view.locale.value, now)}</time>
      </p>
      {messages.map((message, index) =>
        message.kind === 'answer' ? (
          <Answer key={message.id} message={message} view={view} onRetry={isLast && index === messages.length - 1 ? onRetry : null} />
        ) : (
          <UserMessage key={message.id} message={message} view={view} onRetry={onRetry} />
        ),
      )}
    </article>
  );
}

function initialOf(name: string): string {
  return (Array.from(name.trim())[0] ?? '?').toLocaleUpperCase();
}

interface UserMessageProps {
  readonly message: ChatMessage & { kind: 'user' };
  readonly view: View;
  readonly onRetry: () => void;
}

function UserMessage({ message, view, onRetry }: UserMessageProps): VNode {
  const words = view.words.value;
  const state = message.state.value;
  return (
    <>
      <div class={`bubble user ${state}`} part="bubble user" dir="auto">
        {asText(message.text)}
      </div>
      {state === 'failed' ? (
        <p class="note bad">
          {words('notSent')}
          <button type="button" class="link" onClick={onRetry}>
            <RetryIcon /> {words('retry')}
          </button>
        </p>
      ) : null}
      {state === 'queued' ? <p class="note">{words('queued')}</p> : null}
    </>
  );
}
