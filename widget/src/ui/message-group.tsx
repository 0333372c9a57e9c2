import type { VNode } from 'preact';
import { asText } from './as-text.ts';
import type { ChatMessage } from '../conversation/conversation.ts';
import { Answer } from './answer.tsx';
import { Button, Icon, LEAF, RETRY } from './button.tsx';
import type { View } from './view.ts';
import { watch } from './watch.ts';

const GROUP_MS = 5 * 60_000;

/** Messages of one author, close in time. */
export interface Group {
  readonly author: 'me' | 'agent' | 'other';
  readonly who: string;
  readonly messages: ChatMessage[];
}

export function groupMessages(messages: readonly ChatMessage[]): Group[] {
  const groups: Group[] = [];
  for (const message of messages) {
    const author = message.kind === 'answer' ? 'agent' : message.isMine ? 'me' : 'other';
    const who = message.kind === 'user' && !message.isMine ? `${message.author?.level} ${message.author?.id}` : author;
    const last = groups.at(-1);
    const isNear = message.createdAt - (last?.messages.at(-1)?.createdAt ?? 0) < GROUP_MS;
    if (last?.who === who && isNear) last.messages.push(message);
    else groups.push({ author, who, messages: [message] });
  }
  return groups;
}

interface GroupProps {
  readonly group: Group;
  readonly view: View;
  readonly isLast: boolean;
  readonly onRetry: () => void;
}

export function MessageGroup({ group: { author, messages }, view, isLast, onRetry }: GroupProps): VNode {
  const first = messages[0];
  const writer = first?.kind === 'user' ? first.author?.name : null;
  const name = author === 'agent' ? view.name() : author === 'me' ? view.words('you') : asText(writer || view.words('guest'));
  const at = new Date(first?.createdAt ?? 0);
  const initial = Array.from(name.trim())[0]?.toLocaleUpperCase();
  return (
    <article class={author} part={`group ${author}`}>
      <p class="by">
        {author === 'me' ? null : <span class="avatar tiny">{author === 'agent' ? <Icon d={LEAF} /> : initial}</span>}
        <b class={author === 'me' ? 'unseen' : ''} dir="auto">
          {name}
        </b>
        {view.model.extras.value?.('author', first)}
        <time dateTime={at.toISOString()}>{formatWhen(at, view.locale())}</time>
      </p>
      {messages.map((message) =>
        message.kind === 'answer' ? (
          <Answer key={message.id} message={message} view={view} onRetry={isLast && message === messages.at(-1) ? onRetry : null} />
        ) : (
          <UserMessage key={message.id} message={message} view={view} onRetry={onRetry} />
        ),
      )}
    </article>
  );
}

/** The time of day, and the date before it unless that is today. */
function formatWhen(at: Date, locale: string): string {
  const isToday = at.toDateString() === new Date().toDateString();
  return at.toLocaleString(locale, { hour: 'numeric', minute: '2-digit', ...(isToday ? {} : { day: 'numeric', month: 'short' }) });
}

interface UserMessageProps {
  readonly message: ChatMessage & { kind: 'user' };
  readonly view: View;
  readonly onRetry: () => void;
}

const UserMessage = watch<UserMessageProps>(({ message, view: { words } }) => ({ onRetry }) => {
  const state = message.state.value;
  return (
    <>
      <div class="bubble user" part="user-message" data-state={state} dir="auto">
        {asText(message.text)}
      </div>
      {state === 'failed' ? (
        <p class="note bad">
          {words('notSent')}
          <Button class="link" icon={RETRY} onClick={onRetry}>
            {words('retry')}
          </Button>
        </p>
      ) : null}
      {state === 'queued' ? <p class="note">{words('queued')}</p> : null}
    </>
  );
});
