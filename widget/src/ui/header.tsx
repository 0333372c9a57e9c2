import type { VNode } from 'preact';
import { asText } from './as-text.ts';
import { CloseIcon, LeafIcon, NewIcon } from './icons.tsx';
import type { View } from './view.ts';

/** Who one is talking to, and the two things one can do with the whole chat. */
export function Header({ view }: { view: View }): VNode {
  const { model } = view;
  const words = view.words.value;
  const badge = model.config.value?.badge;
  const hasMessages = (model.conversation.value?.messages.value.length ?? 0) > 0;
  return (
    <header class="header" part="header">
      <span class="avatar" part="avatar">
        <LeafIcon />
      </span>
      <div class="who">
        <h2 dir="auto">{view.name.value}</h2>
        {badge ? <p dir="auto">{asText(badge)}</p> : null}
      </div>
      {hasMessages ? (
        <button
          type="button"
          class="icon"
          aria-label={words('newConversation')}
          title={words('newConversation')}
          onClick={() => model.newConversation()}
        >
          <NewIcon />
        </button>
      ) : null}
      {model.mode === 'launcher' ? (
        <button type="button" class="icon" aria-label={words('close')} title={words('close')} onClick={() => model.close()}>
          <CloseIcon />
        </button>
      ) : null}
    </header>
  );
}
