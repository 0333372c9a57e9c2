import { derived, type ReadonlySignal, signal } from '../reactive/signal.ts';
import type { Conversation } from '../conversation/conversation.ts';
import { asText } from './as-text.ts';
import type { PanelModel } from './panel-model.ts';
import { createWords, safeLocale, type Words } from './texts.ts';

/** What every component needs beside its own message: words, locale, and the voice for screen readers. */
export interface View {
  readonly model: PanelModel;
  /** Reads the site's texts: what is drawn with it follows them. */
  readonly words: Words;
  readonly locale: () => string;
  /** The agent's name, or a general word for it. */
  readonly name: () => string;
  /** The newest announcements, oldest first. */
  readonly announcements: ReadonlySignal<readonly { readonly id: number; readonly text: string }[]>;
  announce(text: string): void;
}

const KEPT_ANNOUNCEMENTS = 6;

export function createView(model: PanelModel): View {
  const announcements = signal<readonly { id: number; text: string; heardIn: Conversation | null }[]>([]);
  const words: Words = (key, values) => createWords(model.texts.value)(key, values);
  let id = 0;
  return {
    model,
    words,
    locale: () => safeLocale(model.locale.value),
    name: () => asText(model.config.value?.name || words('assistant')),
    // What was said in another conversation may have been said to somebody else.
    announcements: derived(() => announcements.value.filter(({ heardIn }) => heardIn === model.conversation.value)),
    announce(text) {
      if (text)
        announcements.value = [...announcements.peek(), { id: ++id, text, heardIn: model.conversation.peek() }].slice(-KEPT_ANNOUNCEMENTS);
    },
  };
}
