import { readAuthored, readTurnData, type TurnData } from './agent-prompt.ts';
import { answerAboutVisitor, findBearing, findTastes, nameOf, subjectOf } from './offline-about-visitor.ts';
import { quotePassages } from './offline-quote.ts';
import { readStatements, toSecondPerson } from './offline-statements.ts';
import { chooseTool, reportTool, type SiteTool } from './offline-tools.ts';
import type { Passage } from './pages/page-index.ts';
import { isStopWord, keyWords, splitWords, stem } from './pages/words.ts';

/** One call of a tool, and what came of it, since the visitor's last message. */
export interface DoneCall {
  readonly tool: string;
  readonly input: unknown;
  readonly output: unknown;
}

/** All that the next step is made from. */
export interface OfflineInput {
  readonly system: string;
  /** The visitor's messages, oldest first. */
  readonly asked: readonly string[];
  readonly done: readonly DoneCall[];
  readonly tools: ReadonlySet<string>;
  /** Of the site's own, beside `remember` and `search_pages`. */
  readonly siteTools: readonly SiteTool[];
  readonly topics: readonly { readonly title: string; readonly url: string }[];
  readonly siteName?: string;
}

export type OfflineStep =
  | { readonly kind: 'say'; readonly text: string }
  | { readonly kind: 'call'; readonly calls: readonly { readonly tool: string; readonly input: Readonly<Record<string, string>> }[] };

const GREETING = /^(?:hi|hello|hey|hiya|hallo|moin|good (?:morning|afternoon|evening|day)|greetings)(?: there| all| again)?\W*$/i;
const GREETS_OR_HELP = /^(?:hi|hello|hey|good)\b|\bhelp\b/i;
const WHAT_ARE_YOU =
  /\b(?:who|what) (?:exactly )?are you\b|\bare you (?:an? )?(?:real|human|person|bot|chatbot|robot|ai|machine|language model|llm|gpt|chatgpt)\b|\bwhat can you (?:do|help)\b|\bhow (?:do|can) you (?:work|help)\b|^\W*help\W*$|\bwhich (?:language )?model\b/i;
const THANKS = /^(?:many )?(?:thanks|thank you|thx|cheers|great|perfect|super|ok|okay|got it|nice|cool|good)\b[\w\s,]{0,30}[.!]*$/i;
const FAREWELL = /^(?:bye|goodbye|good night|see you|ciao)\b/i;
const FORGET = /^(?:please |can you |could you )*(?:forget|delete|erase)\b/i;
const FOLLOWS_UP = /^(?:and|what about|how about|or)\b/i;
const WANTS_ADVICE =
  /\b(?:recommend|suggest|suits? me|for me|advi[sc]e|should i (?:buy|get|choose|pick|order)|would you (?:buy|pick|choose))\b/i;
/** Of these, and beside them, what asks for a choice. */
const ASKS_TO_CHOOSE =
  /\b(?:recommend|suggest|advi[sc]e|should i (?:buy|get|choose|pick|order)|would you (?:buy|pick|choose)|(?:is|are) (?:the|your) (?:best|cheapest|favou?rites?))\b/i;

/** Words of a question for advice that say nothing about what the visitor needs. */
const ADVICE_WORDS = makeStems('recommend suggest suit advice advise order best cheapest favourite favorite good nice');
/** A page that gives advice says so. */
const GIVES_ADVICE = /\b(?:recommend|suggest|favou?rite|beginners?|best for|start with|first choice)/i;

function makeStems(words: string): ReadonlySet<string> {
  return new Set(words.split(' ').map(stem));
}

/** Decides what the offline model does next: remember, search, or say. The same input gives the same step. */
export function planStep(input: OfflineInput): OfflineStep {
  const data = readTurnData(input.system);
  const message = readAuthored(input.asked.at(-1) ?? '').text.trim();
  const { facts, rest } = readStatements(message, subjectOf(data));
  const has = (tool: string) => input.done.some((call) => call.tool === tool);
  if (facts.length > 0 && input.tools.has('remember') && !has('remember')) {
    return { kind: 'call', calls: facts.map((fact) => ({ tool: 'remember', input: { fact } })) };
  }
  const told = has('remember') ? confirm(input.done, data) : '';
  const knowing: TurnData = { ...data, facts: [...(told === '' ? [] : facts), ...data.facts] };
  if (told !== '' && rest === '') return { kind: 'say', text: told };
  const chosen = chooseTool(rest || message, input.siteTools);
  const done = input.done.find((call) => call.tool === chosen?.name);
  if (done !== undefined) return { kind: 'say', text: join(told, reportTool(done)) };
  if (chosen !== undefined) return { kind: 'call', calls: [{ tool: chosen.name, input: {} }] };
  const known = has('search_pages') ? undefined : answerWithoutPages(rest || message, knowing, input);
  if (known !== undefined) return { kind: 'say', text: join(told, known) };
  const question = rest || message;
  const query = writeQuery(question, { facts, knowing, asked: input.asked });
  if (!has('search_pages') && input.tools.has('search_pages')) return { kind: 'call', calls: [{ tool: 'search_pages', input: { query } }] };
  const passages = input.done.flatMap((call) => (call.tool === 'search_pages' ? readPassages(call.output) : []));
  return { kind: 'say', text: join(told, answerFromPages({ question, query, passages, knowing, input, isTold: told !== '' })) };
}

function join(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('\n\n');
}

function confirm(done: readonly DoneCall[], data: TurnData): string {
  const facts = done.flatMap((call) => (call.tool === 'remember' ? readFact(call) : []));
  if (facts.length === 0) return 'I could not keep that in memory just now. Please tell me again later.';
  const subject = subjectOf(data);
  const said = facts.map((fact) => toSecondPerson(fact, subject));
  const name = said.map((sentence) => /^Your name is (.+)\.$/.exec(sentence)?.[1]).find((name) => name !== undefined);
  const others = said.filter((sentence) => !sentence.startsWith('Your name is ')).map(asClause);
  const isRenamed = name !== undefined && (nameOf(data) ?? name) !== name;
  const welcome = isRenamed ? `I will call you ${name} from now on.` : `Nice to meet you, ${name ?? ''}. I will remember your name.`;
  const greeting = name === undefined ? '' : welcome;
  const rest = others.length === 0 ? '' : `${name === undefined ? 'Noted: I' : 'I'} will remember that ${others.join(', and that ')}.`;
  return [greeting, rest].filter((part) => part !== '').join(' ');
}

function asClause(sentence: string): string {
  const bare = sentence.replace(/\.$/, '').replace(/^You asked me to remember: /, '');
  return bare.replace(/^(?:You|Your|The|My)\b/, (word) => word.toLowerCase());
}

function readFact(call: DoneCall): string[] {
  const fact = (call.input as { fact?: unknown } | null)?.fact;
  const isKept = (call.output as { remembered?: unknown } | null)?.remembered === true;
  return isKept && typeof fact === 'string' ? [fact] : [];
}

function readPassages(output: unknown): readonly Passage[] {
  const passages = (output as { passages?: unknown } | null)?.passages;
  return Array.isArray(passages) ? (passages as readonly Passage[]) : [];
}

/** Small talk, what this is, and what is known about the visitor. */
function answerWithoutPages(message: string, data: TurnData, input: OfflineInput): string | undefined {
  const name = nameOf(data);
  const hello = name === undefined ? 'Hello!' : `Hello, ${name}!`;
  if (message === '' || GREETING.test(message) || (GREETS_OR_HELP.test(message) && keyWords(message).every(isStopWord)))
    return `${hello} ${describe(input)}`;
  if (WHAT_ARE_YOU.test(message)) return describe(input);
  const about = answerAboutVisitor(message, data);
  if (about !== undefined) return about;
  if (THANKS.test(message))
    return name === undefined ? "You're welcome. Ask me anything else." : `You're welcome, ${name}. Ask me anything else.`;
  if (FAREWELL.test(message)) return name === undefined ? 'Goodbye!' : `Goodbye, ${name}!`;
  if (FORGET.test(message)) return 'I cannot remove anything from my memory by a message in this chat.';
  return undefined;
}

function describe(input: OfflineInput): string {
  const site = input.siteName === undefined ? 'this site' : input.siteName;
  const covers = input.topics.length === 0 ? '' : ` The pages cover ${listTopics(input.topics)}.`;
  return (
    `I am the offline demo assistant of ${site}. There is no language model behind me: I search the pages of this site and quote what they say, ` +
    `and I remember what you tell me about yourself.${covers}`
  );
}

function listTopics(topics: OfflineInput['topics']): string {
  const links = topics.slice(0, 8).map(({ title, url }) => `[${title.replace(/[[\]\\]/g, '\\$&')}](${url})`);
  if (topics.length > 8) links.push(`${topics.length - 8} more`);
  return links.length < 2 ? (links[0] ?? '') : `${links.slice(0, -1).join(', ')} and ${links.at(-1)}`;
}

interface QueryContext {
  /** Told in the same message. */
  readonly facts: readonly string[];
  readonly knowing: TurnData;
  readonly asked: readonly string[];
}

/** The question and what was told with it; the one before if it only goes on from there; the tastes if advice is asked. */
function writeQuery(question: string, { facts, knowing, asked }: QueryContext): string {
  const before = FOLLOWS_UP.test(question) ? readAuthored(asked.at(-2) ?? '').text : '';
  const tastes = WANTS_ADVICE.test(question) ? findTastes(knowing).slice(0, 2) : [];
  const told = [...new Set([...facts, ...tastes])].filter((fact) => !/'s name is /.test(fact));
  const context = told.map((fact) => toSecondPerson(fact, subjectOf(knowing)));
  return [before, question, ...context]
    .filter((part) => part !== '')
    .join(' ')
    .slice(0, 1_000);
}

interface PageAnswer {
  /** What the visitor asks. */
  readonly question: string;
  /** What was searched for. */
  readonly query: string;
  readonly passages: readonly Passage[];
  readonly knowing: TurnData;
  readonly input: OfflineInput;
  /** Something was confirmed already, by name. */
  readonly isTold: boolean;
}

function answerFromPages({ question, query, passages, knowing, input, isTold }: PageAnswer): string {
  const name = isTold ? undefined : nameOf(knowing);
  const address = name === undefined ? '' : `${name}, `;
  const isOpen = asksForAnything(question, input.topics) && query === question;
  const found = isOpen ? passages.filter(({ text }) => GIVES_ADVICE.test(text)) : passages;
  const [best] = found;
  if (best === undefined && isOpen)
    return `${capital(`${address}the pages do not say`)} which to choose, and without a language model I cannot judge for you. Tell me what matters to you, such as “I prefer …”, or ask for it, and I will look for what the pages say about that.`;
  if (best === undefined) {
    const topics = input.topics.length === 0 ? 'There are no pages for me to search yet.' : `They cover ${listTopics(input.topics)}.`;
    return `${capital(`${address}I found nothing about that on this site's pages`)}, and without a language model I cannot say more. ${topics}`;
  }
  const [bearing] = isTold ? [] : findBearing(knowing, `${query} ${best.headings.join(' ')} ${best.text}`);
  const told = bearing === undefined ? '' : `I remember that ${asClause(bearing)}. `;
  const unnamed = findUnnamed(question, best);
  const missing = unnamed === undefined ? '' : ` It does not mention “${unnamed}”, though.`;
  const opening = `${address}${told}${told === '' && address !== '' ? 'this' : 'This'} is what I found:`;
  return `${capital(opening)}\n\n${quotePassages(query, found)}${missing}`;
}

/** A choice is asked for, and nothing said of what it should suit: at most a kind of thing, which is no page's own subject. */
function asksForAnything(question: string, topics: OfflineInput['topics']): boolean {
  if (!ASKS_TO_CHOOSE.test(question)) return false;
  const words = splitWords(question).filter((word) => !isStopWord(word));
  const [need, ...more] = words.map(stem).filter((word) => !ADVICE_WORDS.has(word));
  if (need === undefined) return true;
  return more.length === 0 && topics.filter(({ title }) => splitWords(title).map(stem).includes(need)).length !== 1;
}

/** A name in the question, told by its capital, that the passage does not have: the visitor should know. */
function findUnnamed(question: string, passage: Passage): string | undefined {
  const names = question.match(/(?<=[\p{L}\p{N},]\s)\p{Lu}\p{Ll}{2,}/gu) ?? [];
  const words = new Set(splitWords([passage.page, ...passage.headings, passage.text].join(' ')).map(stem));
  return names.find((name) => !isStopWord(name.toLowerCase()) && splitWords(name).every((word) => !words.has(stem(word))));
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
