import { computed, type ReadonlySignal, signal } from '@preact/signals';
import { asText } from './as-text.ts';
import type { PanelModel } from './panel-model.ts';
import { createWords, safeLocale, type Words } from './texts.ts';

/** What every component needs beside its own message: words, locale, and the voice for screen readers. */
export interface View {
  readonly model: PanelModel;
  readonly words: ReadonlySignal<Words>;
  readonly locale: ReadonlySignal<string>;
  /** The agent's name, or a general word for it. */
  readonly name: ReadonlySignal<string>;
  readonly imageOrigins: ReadonlySignal<readonly string[]>;
  /** The newest announcements, oldest first. */
  readonly announcements: ReadonlySignal<readonly { readonly id: number; readonly text: string }[]>;
  announce(text: string): void;
}

const KEPT_ANNOUNCEMENTS = 6;

export function createView(model: PanelModel): View {
  const words = computed(() => createWords(model.texts.value));
  const announcements = signal<readonly { id: number; text: string }[]>([]);
  let count = 0;
  return {
    model,
    words,
    locale: computed(() => safeLocale(model.locale.value)),
    name: computed(() => asText(model.config.value?.name || words.value('assistant'))),
    imageOrigins: computed(() => model.config.value?.flags.image_origins ?? []),
    announcements,
    announce(text) {
      if (text.trim() === '') return;
      count += 1;
      announcements.value = [...announcements.value, { id: count, text }].slice(-KEPT_ANNOUNCEMENTS);
    },
  };
}
