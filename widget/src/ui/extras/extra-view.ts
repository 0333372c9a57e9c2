import { safeLocale } from '../texts.ts';
import type { ExtrasModel } from './extras-model.ts';
import { createExtraWords, type ExtraWords } from './texts.ts';

/** What every card needs. */
export interface ExtraView {
  readonly model: ExtrasModel;
  /** Reads the site's texts: what is drawn with it follows them. */
  readonly words: ExtraWords;
  locale(): string;
}

export interface ExtraProps {
  readonly view: ExtraView;
}

export function createExtraView(model: ExtrasModel): ExtraView {
  return {
    model,
    words: (key, values) => createExtraWords(model.panel.texts.value)(key, values),
    locale: () => safeLocale(model.panel.locale.value),
  };
}
