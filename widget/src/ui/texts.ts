import type { Trouble } from '../conversation/conversation.ts';
import type { PanelModel } from './panel-model.ts';

/**
 * The strings of the panel; those of rare refusals and of other visitors than anonymous ones stand in `rare-texts.ts`. A site replaces any of them by key through
 * the setting `texts`; `{…}` are filled in.
 */
export const TEXTS = {
  close: 'Close chat',
  chat: 'Chat with {name}',
  assistant: 'Assistant',
  newConversation: 'New conversation',
  greeting: 'Hello! How can I help?',
  messages: 'Messages',
  suggestions: 'Suggestions',
  loadEarlier: 'Show earlier messages',
  loading: 'Opening your chat…',
  latest: 'Jump to the latest message',
  placeholder: 'Write a message…',
  compose: 'Your message',
  send: 'Send',
  stop: 'Stop answering',
  you: 'You',
  guest: 'Guest',
  thinking: 'Thinking…',
  reconnecting: 'Reconnecting…',
  queued: 'Waiting to be sent',
  notSent: 'Not sent',
  retry: 'Try again',
  stopped: 'Stopped',
  brokeOff: 'The answer broke off.',
  copy: 'Copy answer',
  copyCode: 'Copy code',
  copied: 'Copied',
  code: 'Code',
  table: 'Table',
  image: 'Image from {host}',
  show: 'Show',
  whoAnonymous: 'Only you can see this chat, in this browser',
  tool_search: 'Looking through the pages…',
  tool_remember: 'Making a note…',
  tool_recall: 'Recalling what you told me…',
  tool_other: 'Working on it…',
  error_offline: 'You seem to be offline. What you write is sent when you are back.',
  error_signIn: 'Your sign-in has run out. Please sign in again; what you typed is kept.',
  error_unknown: 'Something went wrong. Please try again.',
} as const;
export type TextKey = keyof typeof TEXTS;

/** Own texts of the site, by key. */
export type Overrides = Readonly<Record<string, string>>;

/** The text of a key, with `{name}` replaced by `values.name`. */
export type Words<Key extends string = TextKey> = (key: Key, values?: Readonly<Record<string, string>>) => string;

/** What can go wrong without a server at hand, or any day; words for all other codes come with `rare-texts.ts`. */
const EVERYDAY: readonly (readonly [TextKey, RegExp])[] = [
  ['error_offline', /^(offline|network|connection|timeout|unreachable)/],
  ['error_signIn', /^(identity_(?!degr|mism)|token_(?!in_url)|session_token|sign_in)|credential/],
  ['brokeOff', /^interrupted/],
];

/** What a tool is for, by its name. */
const TOOLS: readonly (readonly [TextKey, RegExp])[] = [
  ['tool_recall', /recall|memor(y|ies)/i],
  ['tool_remember', /remember|note|save/i],
  ['tool_search', /search|page|retriev|look|find|read/i],
];

/** What `rare-texts.ts` holds. */
export interface RareTexts {
  /** The whole of what is told about a trouble; `known` are words that its code has already. */
  describeRare(trouble: Trouble, known: string | undefined, site: { overrides: Overrides; locale: string }): string;
  /** Who can see the chat and how long it is kept. */
  describeIdentity(identity: Who, overrides: Overrides): string;
}
type Who = NonNullable<PanelModel['identity']['value']>;

/** The first text that stands under a key in `tables`, as their own member, filled in. */
export function findText(key: string, tables: readonly Overrides[], values: Overrides = {}): string | undefined {
  const texts: unknown[] = tables.map((table) => Object.hasOwn(table, key) && table[key]);
  const text = texts.find((one) => typeof one === 'string' && one !== '') as string | undefined;
  return text?.replace(/\{(\w+)\}/g, (whole, name: string) => (Object.hasOwn(values, name) ? `${values[name]}` : whole));
}

/** The widget's words under the site's own. */
export function createWords(overrides: Overrides): Words {
  return (key, values) => findText(key, [overrides, TEXTS], values) ?? key;
}

interface TroubleContext {
  readonly overrides: Overrides;
  readonly locale: string;
  /** Null until it was needed. */
  readonly rare: RareTexts | null;
  readonly loadRare: () => void;
}

/**
 * What a visitor reads about a trouble. A site may put its own words under `error_<code>`. With `retryAfterMs` over a
 * minute the time is added when they can go on. Until `rare` is there, what it would tell is told in general.
 */
export function describeTrouble(trouble: Trouble, { overrides, locale, rare, loadRare }: TroubleContext): string {
  const words = createWords(overrides);
  const key = EVERYDAY.find(([, codes]) => codes.test(trouble.code))?.[0];
  const known = findText(`error_${trouble.code}`, [overrides, TEXTS]) ?? (key && words(key));
  if (rare) return rare.describeRare(trouble, known, { overrides, locale });
  if (!known || trouble.retryAfterMs) loadRare();
  return known ?? words('error_unknown');
}

/** What the agent is doing, by the name of its tool. A site may put its own words under `tool_<name>`. */
export function describeActivity(tool: string, overrides: Overrides): string {
  const kind = TOOLS.find(([, names]) => names.test(tool))?.[0] ?? 'tool_other';
  return findText(`tool_${tool}`, [overrides, TEXTS]) ?? createWords(overrides)(kind);
}

/** The locale if the browser knows its form, else English. */
export function safeLocale(locale: string): string {
  try {
    return Intl.getCanonicalLocales(locale)[0] ?? 'en';
  } catch {
    // A site's typing mistake must not take the chat away.
    return 'en';
  }
}

/** Which way the locale's script runs. */
export function directionOf(locale: string): 'ltr' | 'rtl' {
  return /^(ar|ckb|dv|fa|he|ps|sd|ug|ur|yi)\b/.test(locale) ? 'rtl' : 'ltr';
}
