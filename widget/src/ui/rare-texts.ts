import type { Trouble } from '../conversation/conversation.ts';
import type { PanelModel } from './panel-model.ts';
import { createWords, type Overrides, TEXTS } from './texts.ts';

/**
 * Words for what goes wrong seldom, for what tools do, and for visitors other than anonymous ones; loaded when one is needed.
 * A site replaces any of them as it does those of `texts.ts`.
 */
export const RARE_TEXTS = {
  ...TEXTS,
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
  error_signIn: 'Your sign-in has run out. Please sign in again; what you typed is kept.',
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
type RareKey = keyof typeof RARE_TEXTS | 'stopped';
type Who = NonNullable<PanelModel['identity']['value']>;

/** Codes of the wire and of the widget by the words that fit them; a code that is not here has `error_unknown`. */
const WORDS_OF: readonly (readonly [RareKey, RegExp])[] = [
  ['error_signIn', /^(identity_(?!degr|mism)|token_(?!in_url)|session_token|sign_in)|credential/],
  ['brokeOff', /^interrupted/],
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

/** What a tool is for, by its name. */
const TOOLS: readonly (readonly [RareKey, RegExp])[] = [
  ['tool_recall', /recall|memor(y|ies)/i],
  ['tool_remember', /remember|note|save/i],
  ['tool_search', /search|page|retriev|look|find|read/i],
];

/** What the panel tells by these words; all of it follows the site's texts and the locale. */
export interface RareWords {
  /** What a visitor reads about a trouble, with the time when they can go on if that is a minute away or more. */
  readonly trouble: (trouble: Trouble) => string;
  /** What the agent is doing, by the name of its tool. */
  readonly activity: (tool: string) => string;
  /** Who can see the chat and how long it is kept. */
  readonly identity: (identity: Who) => string;
}

export function createRareWords(overrides: () => Overrides, locale: () => string): RareWords {
  const words = createWords<RareKey>(overrides, RARE_TEXTS);
  const ownWords = createWords<string>(overrides);
  /** A site may put its own words under `error_<code>` and `tool_<name>`. */
  const tell = (own: string, name: string, [table, other]: readonly [typeof TOOLS, RareKey]): string =>
    Object.hasOwn(overrides(), own) ? ownWords(own) : words(table.find(([, names]) => names.test(name))?.[0] ?? other);
  return {
    trouble({ code, retryAfterMs = 0 }) {
      const told = tell(`error_${code}`, code, [WORDS_OF, 'error_unknown']);
      return retryAfterMs < 60_000 ? told : `${told} ${words('error_until', { when: formatWait(retryAfterMs, locale()) })}`;
    },
    activity: (tool) => tell(`tool_${tool}`, tool, [TOOLS, 'tool_other']),
    identity({ level, instance, storage, id, name }) {
      if (level === 'ephemeral') return words('whoEphemeral');
      if (instance?.kind === 'shared') return instance.name ? words('whoShared', { who: instance.name }) : words('whoSharedUnnamed');
      if (level !== 'anonymous') return words(level === 'verified' ? 'whoVerified' : 'whoSoft', { who: name || id || '' });
      return words(storage === 'none' ? 'whoNone' : storage === 'session' ? 'whoSession' : 'whoAnonymous');
    },
  };
}

function formatWait(waitMs: number, locale: string): string {
  const format = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  const minutes = Math.ceil(waitMs / 60_000);
  return minutes < 60 ? format.format(minutes, 'minute') : format.format(Math.ceil(minutes / 60), 'hour');
}
