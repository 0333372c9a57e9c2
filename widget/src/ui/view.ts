import type { Trouble } from '../conversation/conversation.ts';
import { signal } from '../reactive/signal.ts';
import { h } from './dom.ts';
import type { PanelModel } from './panel-model.ts';
import { createWords, describeActivity, describeTrouble, type RareTexts, safeLocale, type Words } from './texts.ts';

/** What all drawing needs: the model, and its words in the visitor's language. What is drawn with them follows the site's texts. */
export interface View {
  readonly model: PanelModel;
  readonly words: Words;
  readonly activityWords: (tool: string) => string;
  readonly troubleWords: (trouble: Trouble | null | undefined) => string;
  readonly identityWords: () => string;
  readonly locale: () => string;
  /** The agent's name, or a general word for it. */
  readonly name: () => string;
  /** Where screen readers hear of answers: the newest sentences, oldest first. */
  readonly heard: HTMLElement;
  readonly announce: (text: string) => void;
}

const KEPT_ANNOUNCEMENTS = 6;
/** Keeps the line's height. */
const NBSP = '\u00a0';

export function createView(model: PanelModel): View {
  const heard = h('div', { class: 'unseen', 'aria-live': 'polite' });
  const rare = signal<RareTexts | null>(null);
  const locale = (): string => safeLocale(model.locale.value);
  const words: Words = (key, values) => createWords(model.texts.value)(key, values);
  // The server has just told who is here, or refused something: the network is there. If it is not, the next need asks again.
  const loadRare = (): void =>
    void import('./rare-texts.ts').then(
      ({ rareTexts }) => (rare.value = rareTexts),
      () => undefined,
    );
  return {
    model,
    words,
    locale,
    activityWords: (tool) => describeActivity(tool, model.texts.value),
    troubleWords: (trouble) =>
      trouble ? describeTrouble(trouble, { overrides: model.texts.value, locale: locale(), rare: rare.value, loadRare }) : '',
    identityWords() {
      const identity = model.identity.value;
      if (!identity) return NBSP;
      const { instance, level, storage } = identity;
      if (level === 'anonymous' && storage === 'durable' && instance?.kind !== 'shared') return words('whoAnonymous');
      if (!rare.value) loadRare();
      return rare.value?.describeIdentity(identity, model.texts.value) ?? NBSP;
    },
    name: () => model.config.value?.name || words('assistant'),
    heard,
    announce(text) {
      if (text) heard.append(h('p', null, text));
      if (heard.children.length > KEPT_ANNOUNCEMENTS) heard.firstChild?.remove();
    },
  };
}
