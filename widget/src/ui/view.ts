import { signal } from '../reactive/signal.ts';
import { h } from './dom.ts';
import type { PanelModel } from './panel-model.ts';
import type { RareWords } from './rare-texts.ts';
import { createWords, safeLocale, type Words } from './texts.ts';

/** What all drawing needs: the model, and its words in the visitor's language. What is drawn with them follows the site's texts. */
export interface View {
  readonly model: PanelModel;
  readonly words: Words;
  /** What the rare words tell, and `meanwhile` until they have come. If they do not come, the next need asks again. */
  readonly tell: (meanwhile: string, told: (rare: RareWords) => string) => string;
  readonly locale: () => string;
  /** The agent's name, or a general word for it. */
  readonly name: () => string;
  /** Where screen readers hear of answers: the newest sentences, oldest first. */
  readonly heard: HTMLElement;
  readonly announce: (text: string) => void;
}

const KEPT_ANNOUNCEMENTS = 6;

export function createView(model: PanelModel): View {
  const heard = h('div', { class: 'unseen', 'aria-live': 'polite' });
  const rare = signal<RareWords | null>(null);
  const texts = (): Readonly<Record<string, string>> => model.settings.value.texts;
  const locale = (): string => safeLocale(model.settings.value.locale);
  const words = createWords(texts);
  return {
    model,
    words,
    locale,
    tell(meanwhile, told) {
      if (rare.value) return told(rare.value);
      // The server has just told who is here or what is done, or refused something: the network is there.
      void import('./rare-texts.ts').then(
        ({ createRareWords }) => (rare.value = createRareWords(texts, locale)),
        () => undefined,
      );
      return meanwhile;
    },
    name: () => model.config.value?.name || words('assistant'),
    heard,
    announce(text) {
      if (text) heard.append(h('p', null, text));
      if (heard.children.length > KEPT_ANNOUNCEMENTS) heard.firstChild?.remove();
    },
  };
}
