import { findText, type Overrides, type RareTexts, TEXTS } from './texts.ts';

/** Words for what goes wrong seldom, and for visitors other than anonymous ones; loaded when one is needed. A site replaces any of them as it does those of `texts.ts`. */
export const RARE_TEXTS = {
  ...TEXTS,
  whoSoft: 'Chatting as {who}',
  whoVerified: 'Signed in as {who}',
  whoShared: 'Shared with everyone in {who}',
  whoSharedUnnamed: 'Others take part in this chat',
  whoEphemeral: 'This chat is not kept',
  whoSession: 'Kept until you close this tab',
  whoNone: 'This chat ends with this page',
  error_busy: 'That was a lot at once. Please try again in a moment.',
  error_limit: 'You have reached the limit for now.',
  error_budget: 'The assistant has reached its limit for now.',
  error_until: 'You can write again {when}.',
  error_site: 'The chat is not set up for this page.',
  error_id: 'This site could not tell us who you are. Please sign in again.',
  error_model: 'The assistant cannot be reached. Please try again in a moment.',
  error_long: 'This message is too long. Please send it in parts.',
  error_gone: 'This conversation is no longer here.',
  error_removed: 'You no longer take part in this chat.',
  error_running: 'The assistant is still answering.',
  error_stepUp: 'For this, please sign in again.',
} as const;

const createRareWords =
  (overrides: Overrides) =>
  (key: keyof typeof RARE_TEXTS, values?: Overrides): string =>
    findText(key, [overrides, RARE_TEXTS], values) ?? key;

/** Codes of the wire and of the widget by the words that fit them; a code that is not here has `error_unknown`. */
const WORDS_OF: readonly (readonly [keyof typeof RARE_TEXTS, RegExp])[] = [
  ['error_busy', /^(rate_limited|queue_full)/],
  ['error_limit', /^limit_reached/],
  ['error_budget', /^budget/],
  ['error_id', /^(invalid|degenerate|reserved|conflicting)_id|_mismatch|proof|nonce/],
  ['error_site', /_config|_key|^origin_/],
  ['error_stepUp', /^step_up/],
  ['error_model', /^(model_|agent_failed|draining|store_|internal)/],
  ['stopped', /^cancelled/],
  ['whoNone', /degraded|^storage/],
  ['error_long', /too_large/],
  ['error_gone', /^(gone|not_found)/],
  ['error_removed', /^participant_removed/],
  ['error_running', /^run_in_progress/],
];

/** Adds the time when the trouble will be over, if that is a minute away or more. */
const describeRare: RareTexts['describeRare'] = ({ code, retryAfterMs = 0 }, known, { overrides, locale }) => {
  const words = createRareWords(overrides);
  const text = known ?? words(WORDS_OF.find(([, codes]) => codes.test(code))?.[0] ?? 'error_unknown');
  if (retryAfterMs < 60_000) return text;
  return `${text} ${words('error_until', { when: formatWait(retryAfterMs, locale) })}`;
};

const describeIdentity: RareTexts['describeIdentity'] = ({ level, instance, storage, id, name }, overrides) => {
  const words = createRareWords(overrides);
  if (level === 'ephemeral') return words('whoEphemeral');
  if (instance?.kind === 'shared') return instance.name ? words('whoShared', { who: instance.name }) : words('whoSharedUnnamed');
  const who = name || id || '';
  if (level !== 'anonymous') return words(level === 'verified' ? 'whoVerified' : 'whoSoft', { who });
  return words(storage === 'none' ? 'whoNone' : storage === 'session' ? 'whoSession' : 'whoAnonymous');
};

function formatWait(waitMs: number, locale: string): string {
  const format = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  const minutes = Math.ceil(waitMs / 60_000);
  return minutes < 60 ? format.format(minutes, 'minute') : format.format(Math.ceil(minutes / 60), 'hour');
}

export const rareTexts: RareTexts = { describeRare, describeIdentity };
