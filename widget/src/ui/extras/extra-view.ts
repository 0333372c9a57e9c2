import { createWords, safeLocale, type Words } from '../texts.ts';
import type { ExtrasModel } from './extras-model.ts';
import { EXTRA_TEXTS, type ExtraKey } from './texts.ts';

/** What every card needs. */
export interface ExtraView {
  readonly model: ExtrasModel;
  /** Reads the site's texts: what is drawn with it follows them. */
  readonly words: Words<ExtraKey>;
  readonly locale: () => string;
}

export function createExtraView(model: ExtrasModel): ExtraView {
  return {
    model,
    words: createWords(() => model.panel.settings.value.texts, EXTRA_TEXTS),
    locale: () => safeLocale(model.panel.settings.value.locale),
  };
}
