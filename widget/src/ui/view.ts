import type { Conversation, Trouble } from '../conversation/conversation.ts';
import { derived, type ReadonlySignal, signal } from '../reactive/signal.ts';
import { asText } from './as-text.ts';
import type { PanelModel } from './panel-model.ts';
import { createWords, describeActivity, describeTrouble, type DescribeRare, safeLocale, type Words } from './texts.ts';

/** What all drawing needs: the model, and its words in the visitor's language. What is drawn with them follows the site's texts. */
export interface View {
  readonly model: PanelModel;
  readonly words: Words;
  readonly activityWords: (tool: string) => string;
  readonly troubleWords: (trouble: Trouble | null | undefined) => string;
  readonly locale: () => string;
  /** The agent's name, or a general word for it. */
  readonly name: () => string;
  /** The newest announcements for screen readers, oldest first. */
  readonly announcements: ReadonlySignal<readonly { readonly text: string }[]>;
  readonly announce: (text: string) => void;
}

const KEPT_ANNOUNCEMENTS = 6;

export function createView(model: PanelModel): View {
  const announcements = signal<readonly { text: string; heardIn: Conversation | null }[]>([]);
  const rare = signal<DescribeRare | null>(null);
  const locale = (): string => safeLocale(model.locale.value);
  const words: Words = (key, values) => createWords(model.texts.value)(key, values);
  // The server has just refused something, so the network is there. If it is not, the next trouble asks again.
  const loadRare = (): void =>
    void import('./rare-texts.ts').then(
      ({ describeRare }) => (rare.value = describeRare),
      () => undefined,
    );
  return {
    model,
    words,
    locale,
    activityWords: (tool) => describeActivity(tool, model.texts.value),
    troubleWords: (trouble) =>
      trouble ? describeTrouble(trouble, { overrides: model.texts.value, locale: locale(), rare: rare.value, loadRare }) : '',
    name: () => asText(model.config.value?.name || words('assistant')),
    // What was said in another conversation may have been said to somebody else.
    announcements: derived(() => announcements.value.filter(({ heardIn }) => heardIn === model.conversation.value)),
    announce(text) {
      if (text) announcements.value = [...announcements.peek(), { text, heardIn: model.conversation.peek() }].slice(-KEPT_ANNOUNCEMENTS);
    },
  };
}
