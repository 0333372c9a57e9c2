import { type Passage, plain } from './markdown-passages.ts';
import { isStopWord, splitWords, stem } from './words.ts';

/** A kind of answer that questions ask for without the words of the page that gives it: an e-mail address has no word "e-mail". */
interface Wanted {
  readonly question: RegExp;
  /** Words by which visitors name what they want, and nothing beside it. */
  readonly words: ReadonlySet<string>;
  /** What a passage must hold to be an answer. */
  readonly answer: RegExp;
  /** In a passage's page, headings or address: this is the place for such answers. Global. */
  readonly near: RegExp;
}

const EMAIL = /[\w.+-]+@[\w-]+\.\w+/;
const PHONE = /\+?\d[\d ()/-]{6,}\d/;
const WHOM = 'shop store company business firm site website place office team you';

const WANTED: readonly Wanted[] = [
  {
    question: /\be-?mail\b|\bwrite to you\b/i,
    words: makeWords(`email mail address contact write ${WHOM}`),
    answer: EMAIL,
    near: /contact|write|reach|touch|mail/gi,
  },
  {
    question: /\b(?:tele)?phone\b|\b(?:call|ring) you\b/i,
    words: makeWords(`phone telephone number call ring contact ${WHOM}`),
    answer: PHONE,
    near: /contact|call|ring|phone|reach/gi,
  },
  {
    question: /\bcontact\b|\bin touch\b|\breach you\b|\btalk to (?:a |an )?(?:human|person|somebody|someone)\b/i,
    words: makeWords(`contact touch reach talk human person somebody someone details support ${WHOM}`),
    answer: new RegExp(`${EMAIL.source}|${PHONE.source}`),
    near: /contact|write|call|ring|reach|touch/gi,
  },
  {
    question:
      /\bwhere (?:are|is) (?:you|your|the)\b|\byour (?:postal |street )?address\b|\bhow (?:do|can) (?:i|we) (?:find|visit|get to) you\b/i,
    words: makeWords(`address postal street located location based visit ${WHOM}`),
    answer:
      /\b\d+[a-z]? (?:\p{Lu}\p{L}+ ){1,3}(?:Street|St|Road|Rd|Lane|Avenue|Ave|Square|Way|Drive|Row|Hill|Place|Court)\b|\p{L}(?:straße|gasse|platz|weg) \d/u,
    near: /find|visit|contact|location|address|directions|where/gi,
  },
  {
    question:
      /\bwho (?:runs?|owns?|founded|started|began|leads?|manages?|works|is behind|are the people)\b|\bwho(?:'s| is) (?:the |your )?(?:owner|founder|boss|manager)\b|\byour (?:team|founders?|owners?)\b/i,
    words: makeWords(`run own owner founder founded started began lead manage manager boss work behind people staff ${WHOM}`),
    answer:
      /\b(?:founded|founders?|owners?|owned by|run by|our team|(?:two|three|four|five|six|\d+) of us|began in|started in|established)\b/i,
    near: /about|team|people|story|who/gi,
  },
  {
    question: /\bhow old (?:are you|is (?:the|this|your))\b|\bsince when\b|\bhow long have you been\b/i,
    words: makeWords(`old since long been around year ${WHOM}`),
    answer: /\b(?:founded|began|started|since|established|opened)\b[^.]{0,40}\b(?:1[5-9]|20)\d\d\b/i,
    near: /about|story|history/gi,
  },
];

function makeWords(words: string): ReadonlySet<string> {
  return new Set(words.split(' ').map(stem));
}

/**
 * The passages that give what a question wants and names alone ("what's your email?"), the likeliest place first: none
 * where no page does. `undefined` where it asks for something else, or for more: then its words tell where to look.
 */
export function findWanted(question: string, passages: readonly Passage[]): readonly Passage[] | undefined {
  const asked = question.replaceAll('’', "'");
  const telling = splitWords(asked)
    .filter((word) => !isStopWord(word))
    .map(stem);
  const wanted = WANTED.find((kind) => kind.question.test(asked) && telling.every((word) => kind.words.has(word)));
  if (wanted === undefined) return undefined;
  return passages
    .filter((passage) => wanted.answer.test(plain(passage.text)))
    .map((passage) => ({ passage, rate: rate(passage, wanted.near) }))
    .sort((a, b) => b.rate - a.rate)
    .map(({ passage }) => passage);
}

/** Headings say more than the page's name: they are nearer. */
function rate({ page, url, headings }: Passage, near: RegExp): number {
  const count = (text: string): number => new Set(text.toLowerCase().match(near)).size;
  return count(`${page} ${url}`) + 2 * count(headings.join(' '));
}
