import type { TurnData } from './agent-prompt.ts';
import { findName, isAbout, toSecondPerson } from './offline-statements.ts';
import { isStopWord, splitWords, stem } from './pages/words.ts';

const ASKS_NAME = /\b(?:what(?:'s| is)|know|remember|tell me|say|what was) my name\b|\bwho am i\b/i;
const ASKS_ALL =
  /\b(?:know|remember(?:ed)?|stored?|saved?|learned|learnt|noted) (?:\w+ )?(?:about|of) me\b|\btell me about (?:me|myself)\b|^what (?:do|can) you remember\W*$|\b(?:know|remember) me\b|\bwhat (?:did|have) i (?:tell|told|said|say)\b/i;
const ASKS_ONE =
  /\b(?:what|where|which|who|how)\b.*\b(?:do|did|am|can|can't|don't) i (?:not )?(?:prefer|like|love|hate|dislike|enjoy|live|work|own|eat|allergic)\b|\bam i allergic\b|\b(?:what|when|who)(?:'s| is| are) my (?:favou?rite|birthday|budget|job|wife|husband|partner|dog|cat|address|e-?mail)\b/i;
const ASKS_MINE = /\b(?:what|when|who|where)(?:'s| is| are) my\b|\bdo i (?:like|prefer|love|hate|have|own|live|eat)\b/i;

/** Answers a question about the one who speaks, from what is remembered; `undefined` where it is no such question. */
export function answerAboutVisitor(question: string, data: TurnData): string | undefined {
  const asked = question.replaceAll('’', "'");
  const subject = subjectOf(data);
  if (ASKS_NAME.test(asked)) return answerName(data, subject);
  const facts = data.facts.filter((fact) => data.shared || isAbout(fact, subject) || !/'s name is /.test(fact));
  if (ASKS_ALL.test(asked)) return answerAll(facts, data);
  if (!ASKS_ONE.test(asked) && !ASKS_MINE.test(asked)) return undefined;
  const near = facts.filter((fact) => isAbout(fact, subject) && sharesWords(asked, fact));
  if (near.length > 0)
    return near
      .slice(0, 5)
      .map((fact) => toSecondPerson(fact, subject))
      .join(' ');
  return ASKS_ONE.test(asked) ? "I don't know: you haven't told me that yet. Tell me and I will remember it." : undefined;
}

/** Facts are kept under the speaker's own name where several people share the instance. */
export function subjectOf(data: TurnData): string | undefined {
  return data.shared ? (data.speaker.name ?? 'A participant') : undefined;
}

/** What to call the visitor: what they said, else the name that came with a verified id. */
export function nameOf(data: TurnData): string | undefined {
  return findName(data.facts, subjectOf(data)) ?? data.speaker.name;
}

function answerName(data: TurnData, subject: string | undefined): string {
  const told = findName(data.facts, subject);
  if (told !== undefined) return `Your name is ${told}. You told me so.`;
  if (data.speaker.name !== undefined) return `You are here as ${data.speaker.name}. You haven't told me another name yourself.`;
  return "I don't know your name: you haven't told me yet. Say “my name is …” and I will remember it.";
}

function answerAll(facts: readonly string[], data: TurnData): string {
  const subject = subjectOf(data);
  const name = data.speaker.name === undefined ? '' : ` You are here as ${data.speaker.name}; beyond that,`;
  if (facts.length === 0) {
    return `${name === '' ? "I know nothing about you yet: you haven't" : `${name.trim()} I know nothing about you yet: you haven't`} told me anything that I should remember.`;
  }
  const lines = facts.map((fact) => `- ${toSecondPerson(fact, subject)}`);
  return `${data.shared ? 'This is what has been told here:' : 'This is what you have told me:'}\n\n${lines.join('\n')}`;
}

const GENERIC = new Set(['visitor', 'name', 'prefer', 'like', 'love'].map(stem));
const VERBS = new Set(['prefer', 'like', 'love', 'hate', 'dislike', 'enjoy', 'live', 'work', 'eat', 'allergic', 'own', 'have'].map(stem));
const TASTE = /\b(?:prefer|like|love|enjoy|favou?rite)/i;

/** A fact answers if it has a telling word of the question, or says what the visitor likes and that is what is asked. */
function sharesWords(question: string, fact: string): boolean {
  const told = new Set(splitWords(fact).map((word) => stem(word.replace(/^has$/, 'have'))));
  const asked = splitWords(question).map(stem);
  const nouns = asked.filter((word) => !isStopWord(word) && !VERBS.has(word) && !GENERIC.has(word));
  if (nouns.some((word) => told.has(word))) return true;
  if (asked.some((word) => VERBS.has(word) && told.has(word))) return true;
  return nouns.length === 0 && TASTE.test(question) && TASTE.test(fact);
}

/** Facts about the speaker's tastes and needs which bear on this text: most of what they name occurs in it. */
export function findBearing(data: TurnData, text: string): readonly string[] {
  const subject = subjectOf(data);
  const words = new Set(splitWords(text).map(stem));
  return findTastes(data)
    .filter((fact) => {
      const telling = splitWords(toSecondPerson(fact, subject)).filter(
        (word) => !isStopWord(word) && !GENERIC.has(stem(word)) && !VERBS.has(stem(word)),
      );
      return telling.length > 0 && telling.filter((word) => words.has(stem(word))).length / telling.length >= 0.6;
    })
    .map((fact) => toSecondPerson(fact, subject));
}

/** The speaker's tastes and needs, newest first. */
export function findTastes(data: TurnData): readonly string[] {
  const subject = subjectOf(data);
  return data.facts.filter(
    (fact) =>
      isAbout(fact, subject) && /(?:prefers|likes|loves|hates|dislikes|enjoys|does not|cannot|allergic|favou?rite|has|lives)\b/.test(fact),
  );
}
