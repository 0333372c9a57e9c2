import { copy, or, text } from '../config/own.ts';

/**
 * The strings of the panel; what goes wrong seldom, tools, and other visitors than anonymous ones have theirs in `rare-texts.ts`.
 * A site replaces any of them by key through the setting `texts`; `{…}` are filled in.
 */
export const TEXTS = {
  close: 'Close chat',
  chat: 'Chat with {name}',
  greeting: 'Hello! How can I help?',
  loadEarlier: 'Earlier messages',
  loading: 'Opening your chat…',
  latest: 'Latest message',
  placeholder: 'Write a message…',
  compose: 'Your message',
  thinking: 'Thinking…',
  reconnecting: 'Reconnecting…',
  queued: 'Waiting to be sent',
  retry: 'Try again',
  brokeOff: 'The answer broke off.',
  copy: 'Copy answer',
  image: 'Image from {host}',
  whoAnonymous: 'Only you can see this chat',
  error_offline: 'You seem to be offline. Messages are sent when you are back.',
  error_unknown: 'Something went wrong.',
} as const;

/** What stands under no key reads as the key does: `newConversation` is "New conversation". */
type PlainKey = 'assistant' | 'newConversation' | 'messages' | 'suggestions' | 'send' | 'stop' | 'you' | 'guest' | 'notSent';
type PlainKeyOfProse = 'stopped' | 'copyCode' | 'copied' | 'code' | 'table' | 'show';
export type TextKey = keyof typeof TEXTS | PlainKey | PlainKeyOfProse;

/** Texts by key. */
export type Overrides = Readonly<Record<string, string>>;

/** The text of a key, with `{name}` replaced by `values.name`. */
export type Words<Key extends string = TextKey> = (key: Key, values?: Overrides) => string;

/** The words of `table` under the site's own. */
export function createWords<Key extends string = TextKey>(overrides: () => Overrides, table: Overrides = TEXTS): Words<Key> {
  return (key, values) => {
    const texts = copy(table, overrides()) as Overrides;
    const filling = copy(values) as Overrides;
    const found = texts[key] ?? key.replace(/^.|[A-Z]/g, (letter, at) => (at ? ` ${letter.toLowerCase()}` : letter.toUpperCase()));
    return found.replace(/\{(\w+)\}/g, (whole, name: string) => filling[name] ?? whole);
  };
}

/** The locale if the browser knows its form, else English: a site's typing mistake must not take the chat away. */
export const safeLocale = or<string, string>((locale) => Intl.getCanonicalLocales(text(locale)).join(), 'en');

/** Which way the locale's script runs. */
export function directionOf(locale: string): 'ltr' | 'rtl' {
  return /^(ar|ckb|dv|fa|he|ps|sd|ug|ur|yi)\b/.test(locale) ? 'rtl' : 'ltr';
}
