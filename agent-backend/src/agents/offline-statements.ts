/** What a visitor told about themselves, and how it is kept: as a sentence about `subject`. */
const VISITOR = 'The visitor';

const LEAD =
  /^(?:(?:hi|hello|hey|oh|well|and|also|but|please|ok|okay|so|btw|by the way|just so you know|for your information|fyi)\b[\s,!]*(?:there\b[\s,!]*)?)+/i;
const REQUEST =
  /^(?:can you |could you |would you )?(?:please )?(?:remember|keep in mind|note|don't forget|do not forget)(?: that| this)?[:,]?\s+(?=\S{1,})/i;
const NOT_TOLD =
  /^(?:an?|some|the|another)?\s*(?:short |quick |small )?(?:question|problem|issue|query|complaint|order|parcel|package|code|voucher|trouble|idea how|refund|damaged|broken|wrong|missing|late|faulty|defective|dead|dying|to\b|it\b|this\b|that\b|them\b|these\b|those\b|your?\b|you\b|been\b|not\b)/i;

interface Pattern {
  readonly said: RegExp;
  readonly kept: (words: string, verb: string) => string;
}

const CAPITAL_NAME = String.raw`\p{Lu}[\p{L}'’-]+(?: \p{Lu}[\p{L}'’-]+){0,2}`;

/** The second group is what was told; the first, where there is one, is the verb. */
const PATTERNS: readonly Pattern[] = [
  {
    said: /^(my name(?: is|'s)|(?:i am|i'm) called|(?:you can |just )?call me|i go by)\s+(.+)$/i,
    kept: (name) => `'s name is ${tidyName(name)}`,
  },
  { said: new RegExp(`^(I am|I'm|i am|i'm|This is|this is)\\s+(${CAPITAL_NAME})$`, 'u'), kept: (name) => `'s name is ${name}` },
  {
    said: /^i (?:really |absolutely |usually |always |mostly )?(prefer|like|love|hate|dislike|enjoy|own)\s+(.+)$/i,
    kept: (rest, verb) => ` ${verb}s ${rest}`,
  },
  { said: /^i (?:really )?(?:do not|don't) (like|eat|want|enjoy|own|have)\s+(.+)$/i, kept: (rest, verb) => ` does not ${verb} ${rest}` },
  { said: /^i (?:can not|cannot|can't) (eat|have|stand|see|hear)\s+(.+)$/i, kept: (rest, verb) => ` cannot ${verb} ${rest}` },
  { said: /^i (?:currently )?(live|work) ((?:in|at|as|for|near|on|with|from)\s.+)$/i, kept: (rest, verb) => ` ${verb}s ${rest}` },
  { said: /^(i have|i've got|i have got)\s+(.+)$/i, kept: (rest) => ` has ${rest}` },
  { said: /^(i am|i'm)\s+((?:allergic to|an?|from|vegan|vegetarian|new to)\b.*)$/i, kept: (rest) => ` is ${rest}` },
  {
    said: /^my ((?:favou?rite\b[^?]*?|birthday|budget|job|e-?mail(?: address)?|address|pronouns|(?:\S+ )?(?:wife|husband|partner|dog|cat|son|daughter|sister|brother|mother|father)(?:'s \S+)?|\S+ size|(?:\S+ )?name)) (?:is|are) (.+)$/i,
    kept: (rest, what) => `'s ${what} is ${rest}`,
  },
];

/**
 * The facts in one message, as sentences to keep, and what else it says.
 * `subject`: who speaks, in an instance that several people share.
 */
export function readStatements(message: string, subject = VISITOR): { readonly facts: readonly string[]; readonly rest: string } {
  const facts: string[] = [];
  const rest: string[] = [];
  for (const sentence of splitSentences(message)) {
    const found = sentence.endsWith('?') ? [] : readSentence(sentence, subject);
    facts.push(...found);
    if (found.length === 0) rest.push(sentence);
  }
  return { facts, rest: rest.filter((sentence) => !/^(?:hi|hello|hey)\b[\s\w]{0,8}[.!]?$/i.test(sentence)).join(' ') };
}

function readSentence(sentence: string, subject: string): readonly string[] {
  const bare = sentence
    .replaceAll('’', "'")
    .replace(/[.!]+$/, '')
    .replace(LEAD, '')
    .trim();
  const asked = REQUEST.test(bare);
  const said = bare.replace(REQUEST, '').trim();
  const clauses = said.split(/(?:\s*,)?\s+(?:and|but)\s+(?=(?:i|i'm|i've|my)\s)|\s*[,;]\s+(?=(?:i|i'm|i've|my)\s)/i);
  const facts = clauses.map((clause) => readClause(clause, subject));
  if (facts.every((fact) => fact !== undefined)) return facts;
  const whole = readClause(said, subject);
  if (whole !== undefined) return [whole];
  return asked && said !== '' ? [`${subject} asked to remember: ${said}.`] : [];
}

function readClause(clause: string, subject: string): string | undefined {
  for (const { said, kept } of PATTERNS) {
    const [, verb, words] = said.exec(clause) ?? [];
    if (verb !== undefined && words !== undefined && !NOT_TOLD.test(words)) return `${subject}${kept(words.trim(), verb.toLowerCase())}.`;
  }
  return undefined;
}

/** A sentence about `subject` as one says it to them: "You prefer …". Facts about anybody else stay as they are. */
export function toSecondPerson(fact: string, subject = VISITOR): string {
  const asked = `${subject} asked to remember: `;
  if (fact.startsWith(asked)) return `You asked me to remember: ${swapPersons(fact.slice(asked.length))}`;
  if (fact.startsWith(`${subject}'s `)) return `Your ${swapPersons(fact.slice(subject.length + 3))}`;
  if (!fact.startsWith(`${subject} `)) return fact;
  const rest = fact.slice(subject.length + 1);
  const verb = rest
    .replace(/^(prefer|like|love|hate|dislike|enjoy|own|live|work)s\b/, '$1')
    .replace(/^is\b/, 'are')
    .replace(/^has\b/, 'have')
    .replace(/^does not\b/, 'do not');
  return `You ${swapPersons(verb)}`;
}

/** The name that the subject gave last; `facts` are newest first. */
export function findName(facts: readonly string[], subject = VISITOR): string | undefined {
  const start = `${subject}'s name is `;
  return facts
    .find((fact) => fact.startsWith(start))
    ?.slice(start.length)
    .replace(/\.$/, '');
}

/** True for a fact about the one who speaks, or about nobody in particular. */
export function isAbout(fact: string, subject = VISITOR): boolean {
  return fact.startsWith(`${subject} `) || fact.startsWith(`${subject}'s `);
}

/** Sentences with their closing marks; a line break ends one as well. */
export function splitSentences(text: string): string[] {
  return text
    .split(/(?<=[.!?…])\s+(?=[\p{Lu}\p{N}"“'(*[]|i\b|my\b)|\n+/u)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== '');
}

function swapPersons(words: string): string {
  return words
    .replace(/\bI am\b|\bI'm\b/g, 'you are')
    .replace(/\bI\b/g, 'you')
    .replace(/\bmy\b/gi, 'your')
    .replace(/\b(?:me|myself)\b/gi, (word) => (word.length > 2 ? 'yourself' : 'you'));
}

function tidyName(name: string): string {
  const words = name
    .replace(/[,;].*$/, '')
    .replace(/\s+(?:please|by the way|btw|thanks|thank you)$/i, '')
    .trim();
  return words === words.toLowerCase() ? words.replace(/(^|[\s-])\p{L}/gu, (letter) => letter.toUpperCase()) : words;
}
