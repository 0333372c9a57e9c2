import type { ChatMessage } from '../../conversation/conversation.ts';
import { CHECK, icon } from '../button.ts';
import { type Drawn, h } from '../dom.ts';
import type { ExtraView } from './extra-view.ts';
import { formOf } from './texts.ts';

const SHOWN_NAMES = 3;

/** "Shared with Ann, Ben and 3 others": who else reads what one writes here. */
export function drawSharedLine(view: ExtraView): Drawn {
  const { model, words } = view;
  if (model.panel.identity.value?.instance?.kind !== 'shared') return null;
  return h('p', { class: 'shared-with', part: 'shared-with', dir: 'auto' }, () => {
    const others = model.others.value.map(({ name }) => name || words('unnamed'));
    return others.length === 0 ? words('sharedAlone') : words('sharedWith', { names: join(view, others) });
  });
}

function join(view: ExtraView, names: readonly string[]): string {
  const rest = names.length - SHOWN_NAMES;
  // "and 1 other" is no shorter than the name.
  const shown = rest > 1 ? names.slice(0, SHOWN_NAMES) : names;
  const more = rest > 1 ? [view.words(`sharedMore_${formOf(rest, view.locale())}`, { count: rest.toLocaleString(view.locale()) })] : [];
  return new Intl.ListFormat(view.locale()).format([...shown, ...more]);
}

/** What is said about an author beside their name. Drawn from what the server says of the message, never from its text. */
export function drawAuthor({ model, words }: ExtraView, message: ChatMessage | undefined): Drawn {
  if (message?.kind !== 'user') return null;
  const me = model.panel.identity.value;
  const level = message.author?.level;
  if (me?.instance?.kind !== 'shared') {
    // Written anonymously and taken over at sign-in (contract §5): whoever sat at this browser wrote it.
    const isFromBefore = level === 'anonymous' && me?.level === 'verified';
    return isFromBefore ? h('span', { class: 'badge before' }, words('before')) : null;
  }
  if (message.isMine || !level) return null;
  const mark = level === 'verified' ? icon(CHECK) : null;
  return h('span', { class: `badge ${level}`, part: `badge ${level}` }, mark, words(`badge_${level}`));
}
