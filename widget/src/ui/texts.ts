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
  answering: '{name} is answering.',
  thinking: 'Thinking…',
  reconnecting: 'Reconnecting…',
  queued: 'Waiting to be sent',
  sending: 'Sending…',
  notSent: 'Not sent',
  retry: 'Try again',
  stopped: 'Stopped',
  brokeOff: 'The answer broke off.',
  answerFailed: 'The answer could not be finished.',
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
  whoNone: 'This browser keeps nothing: the chat ends with this page',
  tool_search: 'Looking through the pages…',
  tool_remember: 'Making a note…',
  tool_recall: 'Recalling what you told me…',
  tool_other: 'Working on it…',
  error_offline: 'You seem to be offline. What you write is kept and sent when you are back.',
  error_busy: 'That was a lot at once. Please wait a moment, then try again.',
  error_limit: 'You have reached the limit for now.',
  error_budget: 'The assistant has reached its limit for now. Please come back later.',
  error_until: 'You can write again {when}.',
  error_signIn: 'Your sign-in has run out. Please sign in again on this site; what you typed is kept.',
  error_site: 'The chat is not set up for this page. Please tell the people who run this site.',
  error_id: 'This site could not tell us who you are. Please reload the page or sign in again.',
  error_model: 'The assistant cannot be reached just now. Please try again in a moment.',
  error_interrupted: 'The answer broke off. You can ask for it again.',
  error_cancelled: 'You stopped this answer.',
  error_storage: 'This browser does not keep data for this page, so the chat ends when you leave.',
  error_long: 'This message is too long. Please shorten it, or send it in parts.',
  error_gone: 'This conversation is no longer here. Please start a new one.',
  error_removed: 'You no longer take part in this chat.',
  error_running: 'The assistant is still answering. Your message goes out after that.',
  error_stepUp: 'For this, please confirm who you are by signing in again.',
  error_service: 'The chat is taking a short break. Please try again in a moment.',
  error_unknown: 'Something went wrong. Please try again.',
} as const;
export type TextKey = keyof typeof TEXTS;

/** The text of a key, with `{name}` replaced by `values.name`. */
export type Words = (key: TextKey, values?: Readonly<Record<string, string>>) => string;

/** Codes of the wire and of the widget by the words that fit them; a code that is not here has `error_unknown`. */
const WORDS_OF: readonly (readonly [TextKey, RegExp])[] = [
  ['error_offline', /^(offline|network.*|connection.*|timeout|unreachable)$/],
  ['error_busy', /^(rate_limited|queue_full)$/],
  ['error_limit', /^limit_reached$/],
  ['error_budget', /^budget_exhausted$/],
  [
    'error_signIn',
    /^(identity_(required|token.*|expired|failed|unavailable)|token_(?!in_url).*|session_token_.*|(missing|invalid)_credential|sign_in.*)$/,
  ],
  ['error_site', /^(origin_not_allowed|embed_key_disabled|unknown_embed_key|invalid_config)$/],
  ['error_id', /^((invalid|degenerate|reserved)_id|conflicting_ids|identity_mismatch|invalid_proof|use_dpop_nonce)$/],
  ['error_stepUp', /^step_up_required$/],
  ['error_model', /^(model_.*|agent_failed)$/],
  ['error_interrupted', /^interrupted$/],
  ['error_cancelled', /^cancelled$/],
  ['error_storage', /^(storage.*|identity_?degraded)$/],
  ['error_long', /^(message_too_large|body_too_large)$/],
  ['error_gone', /^(gone|not_found)$/],
  ['error_removed', /^participant_removed$/],
  ['error_running', /^run_in_progress$/],
  ['error_service', /^(draining|store_unavailable|internal_error)$/],
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
