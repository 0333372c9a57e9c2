const STOP_WORDS = new Set(
  `a about actually all also am an and any are as at be been but by can could did do does doing for from get give go got had has have hello help hey hi how
  i if in into is it its just know let like long many may me might mine more most much must my need no not of on one or our out over per please question say
  see shall she should show so some tell than thank thanks that the their them then there these they this to too under up us use very want was we were what
  when where which while who why will with would you your yours sell sells offer offers take takes time times look looking find buy choose pick wheres whats whos hows heres theres lets im ive id ill
  dont doesnt didnt cant couldnt wont isnt arent wasnt youre youve theyre thats`.split(/\s+/),
);

/** The words of a text, in lower case, without accents and apostrophes. */
export function splitWords(text: string): string[] {
  return (
    text
      .normalize('NFKD')
      .replace(/\p{M}|['’]/gu, '')
      .toLowerCase()
      .replace(/\be-mail/g, 'email')
      .match(/[\p{L}\p{N}]+/gu) ?? []
  );
}

/** True for words that name nothing, such as "the" or "would". */
export function isStopWord(word: string): boolean {
  return STOP_WORDS.has(word);
}

/** The words that a question is about; all of its words where nothing else is left. */
export function keyWords(text: string): string[] {
  const words = splitWords(text);
  const telling = words.filter((word) => !isStopWord(word));
  return telling.length > 0 ? telling : words;
}

/** Words that visitors and pages use for the same thing, by their stems. */
const SAME_WORDS = [
  ['ship', 'shipp', 'shipping', 'shipment', 'deliver', 'deliveri', 'postage'],
  ['price', 'pric', 'cost', 'fee'],
  ['harmful', 'toxic', 'poison', 'poisonous', 'poisonou'],
  ['phone', 'phon', 'telephone', 'telephon'],
  ['photo', 'photograph', 'picture', 'pictur'],
] as const;
const SAME = new Map<string, string>(SAME_WORDS.flatMap((words) => words.map((word) => [word, words[0]] as const)));

/**
 * What a word is looked up as. A light English stem, plurals and the commonest endings, so that "returns", "returned"
 * and "returning" are one; and a few words of shops that mean the same are one, too.
 */
export function stem(word: string): string {
  const bare = stripEnding(word);
  return SAME.get(bare) ?? bare;
}

function stripEnding(word: string): string {
  if (word.length < 4 || /\d/.test(word)) return word;
  const singular = word
    .replace(/ies$/, 'y')
    .replace(/(ss|x|ch|sh)es$/, '$1')
    .replace(/([^su])s$/, '$1');
  const bare = singular.length > 5 ? singular.replace(/(?:ing|ed|ly)$/, '') : singular;
  const undoubled = bare === singular ? bare : bare.replace(/([bdgmnprt])\1$/, '$1');
  return undoubled.length > 3 ? undoubled.replace(/e$/, '').replace(/y$/, 'i') : undoubled;
}
