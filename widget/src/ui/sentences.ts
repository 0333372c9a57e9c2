import { toPlainText } from './markdown/prose.ts';

/** The finished sentences of a paragraph, up to the last. */
const SENTENCES = /^[^]*[.!?…。！？]["'”’)\]]*(?=\s)/;
/** What may turn out to be a mark, or the head of a table, and not be read. */
const UNSURE = /[*_~`[\]|<\\]/;

/**
 * Says a growing text, all of it once: block by block as they are `settled`, of which that many begin `prose`, and sentence by
 * sentence a paragraph that more text can only make longer.
 */
export function createSentenceReader(say: (sentences: string) => void): (prose: Node, settled: number) => void {
  let count = 0;
  /** Of the block that comes next. */
  let said = '';
  return ({ childNodes }, settled) => {
    let news = '';
    const add = (text: string): void => {
      news += text.startsWith(said) ? text.slice(said.length) : text;
      said = text;
    };
    for (; count < settled; count += 1) {
      const block = childNodes[count];
      if (block) add(toPlainText(block));
      said = '';
    }
    const block = childNodes[count];
    const text = block?.nodeName === 'P' ? toPlainText(block) : '';
    if (!UNSURE.test(text)) add(SENTENCES.exec(text)?.[0] ?? said);
    say(news.trim());
  };
}
