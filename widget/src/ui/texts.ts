import type { Trouble } from '../conversation/conversation.ts';

/** Every string of the widget. A site replaces any of them by key through the setting `texts`; `{…}` are filled in. */
export const TEXTS = {
  open: 'Open chat',
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
  whoSoft: 'Chatting as {who}',
  whoVerified: 'Signed in as {who}',
  whoShared: 'Shared with everyone in {who}',
  whoSharedUnnamed: 'Others take part in this chat',
  whoEphemeral: 'This chat is not kept',
  whoSession: 'Kept until you close this tab',
  whoNone: 'This chat ends with this page',
  tool_search: 'Looking through the pages…',
  tool_remember: 'Making a note…',
  tool_recall: 'Recalling what you told me…',
  tool_other: 'Working on it…',
  error_offline: 'You seem to be offline. What you write is sent when you are back.',
  error_busy: 'That was a lot at once. Please try again in a moment.',
  error_limit: 'You have reached the limit for now.',
  error_budget: 'The assistant has reached its limit for now.',
  error_until: 'You can write again {when}.',
  error_signIn: 'Your sign-in has run out. Please sign in again; what you typed is kept.',
  error_site: 'The chat is not set up for this page.',
  error_id: 'This site could not tell us who you are. Please sign in again.',
  error_model: 'The assistant cannot be reached. Please try again in a moment.',
  error_long: 'This message is too long. Please send it in parts.',
  error_gone: 'This conversation is no longer here.',
  error_removed: 'You no longer take part in this chat.',
  error_running: 'The assistant is still answering.',
  error_stepUp: 'For this, please sign in again.',
  error_unknown: 'Something went wrong. Please try again.',
} as const;
export type TextKey = keyof typeof TEXTS;

/** The text of a key, with `{name}` replaced by `values.name`. */
export type Words = (key: TextKey, values?: Readonly<Record<string, string>>) => string;

/** Codes of the wire and of the widget by the words that fit them; a code that is not here has `error_unknown`. */
const WORDS_OF: readonly (readonly [TextKey, RegExp])[] = [
  ['error_offline', /^(offline|network|connection|timeout|unreachable)/],
  ['error_busy', /^(rate_limited|queue_full)/],
  ['error_limit', /^limit_reached/],
  ['error_budget', /^budget/],
  ['error_id', /^(invalid|degenerate|reserved|conflicting)_id|_mismatch|proof|nonce/],
  ['error_signIn', /^(identity_(?!de)|token_(?!in_url)|session_token|sign_in)|credential/],
  ['error_site', /_config|_key|^origin_/],
  ['error_stepUp', /^step_up/],
  ['error_model', /^(model_|agent_failed|draining|store_|internal)/],
  ['brokeOff', /^interrupted/],
  ['stopped', /^cancelled/],
  ['whoNone', /degraded|^storage/],
  ['error_long', /too_large/],
  ['error_gone', /^(gone|not_found)/],
  ['error_removed', /^participant_removed/],
  ['error_running', /^run_in_progress/],
];

/** The widget's words under the site's own. Only own string members of `overrides` count. */
export function createWords(overrides: Readonly<Record<string, string>>): Words {
  return (key, values = {}) => {
    const text = ownText(overrides, key) ?? TEXTS[key];
    return text.replace(/\{(\w+)\}/g, (whole, name: string) => (Object.hasOwn(values, name) ? String(values[name]) : whole));
  };
}

/**
 * What a visitor reads about a trouble. A site may put its own words under `error_<code>`.
 * With `retryAfterMs` over a minute the time is added when they can go on.
 */
export function describeTrouble(trouble: Trouble, overrides: Readonly<Record<string, string>>, locale: string): string {
  const words = createWords(overrides);
  const key = WORDS_OF.find(([, codes]) => codes.test(trouble.code))?.[0] ?? 'error_unknown';
  const text = ownText(overrides, `error_${trouble.code}`) ?? words(key);
  if (trouble.retryAfterMs === undefined || trouble.retryAfterMs < 60_000) return text;
  return `${text} ${words('error_until', { when: formatWait(trouble.retryAfterMs, locale) })}`;
}

/** What the agent is doing, by the name of its tool. A site may put its own words under `tool_<name>`. */
export function describeActivity(tool: string, overrides: Readonly<Record<string, string>>): string {
  const own = ownText(overrides, `tool_${tool}`);
  if (own !== undefined) return own;
  const words = createWords(overrides);
  if (/recall|memor(y|ies)/i.test(tool)) return words('tool_recall');
  if (/remember|note|save/i.test(tool)) return words('tool_remember');
  return words(/search|page|retriev|look|find|read/i.test(tool) ? 'tool_search' : 'tool_other');
}

function formatWait(waitMs: number, locale: string): string {
  const format = new Intl.RelativeTimeFormat(safeLocale(locale), { numeric: 'auto' });
  const minutes = Math.ceil(waitMs / 60_000);
  return minutes < 60 ? format.format(minutes, 'minute') : format.format(Math.ceil(minutes / 60), 'hour');
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

function ownText(overrides: Readonly<Record<string, string>>, key: string): string | undefined {
  const text: unknown = Object.hasOwn(overrides, key) ? overrides[key] : undefined;
  return typeof text === 'string' && text !== '' ? text : undefined;
}
