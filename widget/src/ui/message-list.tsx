import { asText } from './as-text.ts';
import { signal } from '../reactive/signal.ts';
import type { VNode } from 'preact';
import type { Conversation } from '../conversation/conversation.ts';
import { Button, DOWN, Icon, LEAF } from './button.tsx';
import { groupMessages, MessageGroup } from './message-group.tsx';
import { describeActivity } from './texts.ts';
import type { View } from './view.ts';
import { watch } from './watch.ts';

const NEAR_END_PX = 48;

interface ViewProps {
  readonly view: View;
}
interface ConversationProps extends ViewProps {
  readonly conversation: Conversation;
}

/** The messages. It stays at the newest as long as the reader is there, and leaves a reader of older ones alone. */
export const MessageList = watch<ViewProps>(({ view }) => {
  const { model, words } = view;
  const isAtEnd = signal(true);
  let scroller: HTMLElement | null = null;
  let shown: Conversation | null = null;
  let generation = 0;
  const stick = (box: HTMLElement | null): (() => void) | void => {
    scroller = box;
    if (box) return stickToEnd(box, isAtEnd);
  };
  const toEnd = (): void => scroller?.scrollTo({ top: scroller.scrollHeight, behavior: motion() });
  return () => {
    const conversation = model.conversation.value;
    // Another conversation draws nothing with what was made for this one.
    if (shown !== conversation) generation += 1;
    shown = conversation;
    return (
      <div class="list-frame">
        <div class="scroller" part="messages" ref={stick} role="log" aria-live="off" aria-label={words('messages')} tabIndex={0}>
          <div class="list">
            {conversation ? <Messages key={`${generation}`} conversation={conversation} view={view} /> : <Loading view={view} />}
          </div>
        </div>
        {isAtEnd.value ? null : <Button class="latest" icon={DOWN} label={words('latest')} onClick={toEnd} />}
      </div>
    );
  };
});

const Messages = watch<ConversationProps>(({ conversation, view }) => () => {
  const messages = conversation.messages.value;
  if (messages.length === 0) return conversation.phase.value === 'loading' ? <Loading view={view} /> : drawWelcome(view, conversation);
  const groups = groupMessages(messages);
  return (
    <>
      {conversation.hasEarlier.value ? (
        <Button class="earlier" onClick={() => conversation.loadEarlier()}>
          {view.words('loadEarlier')}
        </Button>
      ) : null}
      {groups.map((group) => (
        <MessageGroup
          key={group.messages[0]?.id}
          group={group}
          view={view}
          onRetry={() => conversation.retry()}
          isLast={group === groups.at(-1)}
        />
      ))}
      <Activity conversation={conversation} view={view} />
    </>
  );
});

/** What stands in an empty conversation: the greeting, and questions one may begin with. */
function drawWelcome({ model, words }: View, conversation: Conversation): VNode {
  const config = model.config.value;
  return (
    <div class="welcome" part="welcome">
      <span class="avatar big">
        <Icon d={LEAF} />
      </span>
      <p dir="auto">{asText(config?.greeting || words('greeting'))}</p>
      <ul aria-label={words('suggestions')}>
        {config?.suggestions.map(asText).map((suggestion) => (
          <li>
            <Button class="chip" part="suggestion" dir="auto" onClick={() => conversation.send(suggestion)}>
              {suggestion}
            </Button>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Three dots until the first word, with what the agent is doing if it says so. */
const Activity = watch<ConversationProps>(({ conversation, view: { model, words } }) => () => {
  const phase = conversation.phase.value;
  const tool = conversation.activity.value;
  const last = conversation.messages.value.at(-1);
  const isWriting = last?.kind === 'answer' && last.state.value === 'streaming' && last.text.value !== '';
  if (phase === 'reconnecting') return drawWorking(words('reconnecting'));
  if (phase !== 'answering' || (isWriting && tool === null)) return null;
  return drawWorking(tool === null ? words('thinking') : describeActivity(tool, model.texts.value));
});

function drawWorking(text: string): VNode {
  return (
    <p class="note" part="activity" role="status">
      <span class="dots" aria-hidden="true">
        <i />
        <i />
        <i />
      </span>
      {text}
    </p>
  );
}

const Loading = watch<ViewProps>(
  ({ view: { model, words } }) =>
    () =>
      model.trouble.value ? null : drawWorking(words('loading')),
);

function motion(): ScrollBehavior {
  return matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth';
}

/** Keeps the end in view while the reader is at it; keeps the reader's place when older messages come in above. Returns its end. */
function stickToEnd(box: HTMLElement, isAtEnd: { value: boolean }): () => void {
  let height = 0;
  const observer = new ResizeObserver(() => {
    if (isAtEnd.value) box.scrollTop = box.scrollHeight;
    else if (box.scrollTop < 1 && height > 0) box.scrollTop = box.scrollHeight - height;
    height = box.scrollHeight;
  });
  // The element goes with its listener.
  box.addEventListener('scroll', () => (isAtEnd.value = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_END_PX));
  observer.observe(box);
  for (const inner of box.children) observer.observe(inner);
  return () => observer.disconnect();
}
