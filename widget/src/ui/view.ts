import type { Conversation, Trouble } from '../conversation/conversation.ts';
import { derived, type ReadonlySignal, signal } from '../reactive/signal.ts';
import { asText } from './as-text.ts';
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
  /** The newest announcements for screen readers, oldest first. */
  readonly announcements: ReadonlySignal<readonly { readonly text: string }[]>;
  readonly announce: (text: string) => void;
}

const KEPT_ANNOUNCEMENTS = 6;
/** Keeps the line's height. */
const NBSP = '\u00a0';

export function createView(model: PanelModel): View {
  const announcements = signal<readonly { text: string; heardIn: Conversation | null }[]>([]);
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
    name: () => asText(model.config.value?.name || words('assistant')),
    // What was said in another conversation may have been said to somebody else.
    announcements: derived(() => announcements.value.filter(({ heardIn }) => heardIn === model.conversation.value)),
    announce(text) {
      if (text) announcements.value = [...announcements.peek(), { text, heardIn: model.conversation.peek() }].slice(-KEPT_ANNOUNCEMENTS);
    },
  };
}
