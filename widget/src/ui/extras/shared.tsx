import type { Level } from '@familiar/protocol';
import type { VNode } from 'preact';
import type { ChatMessage } from '../../conversation/conversation.ts';
import { CHECK, Icon } from '../button.tsx';
import { watch } from '../watch.ts';
import type { ExtraProps, ExtraView } from './extra-view.ts';
import { formOf } from './texts.ts';

const SHOWN_NAMES = 3;

/** "Shared with Ann, Ben and 3 others": who else reads what one writes here. */
export const SharedLine = watch<ExtraProps>(({ view }) => () => {
  const { model, words } = view;
  if (model.panel.identity.value?.instance?.kind !== 'shared') return null;
  const others = model.others.value.map(({ name }) => name || words('unnamed'));
  return (
    <p class="shared-with" part="shared-with" dir="auto">
      {others.length === 0 ? words('sharedAlone') : words('sharedWith', { names: join(view, others) })}
    </p>
  );
});

function join(view: ExtraView, names: readonly string[]): string {
  const rest = names.length - SHOWN_NAMES;
  // "and 1 other" is no shorter than the name.
  const shown = rest > 1 ? names.slice(0, SHOWN_NAMES) : names;
  const more = rest > 1 ? [view.words(`sharedMore_${formOf(rest, view.locale())}`, { count: rest.toLocaleString(view.locale()) })] : [];
  return new Intl.ListFormat(view.locale()).format([...shown, ...more]);
}

/** What is said about an author beside their name. Drawn from what the server says of the message, never from its text. */
export function drawAuthor({ model, words }: ExtraView, message: ChatMessage | undefined): VNode | null {
  if (message?.kind !== 'user') return null;
  if (message.isFromBeforeSignIn) return <span class="badge before">{words('before')}</span>;
  if (message.isMine || message.author === null || model.panel.identity.value?.instance?.kind !== 'shared') return null;
  return drawBadge(message.author.level, words(`badge_${message.author.level}`));
}

function drawBadge(level: Level, text: string): VNode {
  return (
    <span class={`badge ${level}`} part={`badge ${level}`}>
      {level === 'verified' ? <Icon d={CHECK} /> : null}
      {text}
    </span>
  );
}
