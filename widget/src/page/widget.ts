/** What a page can do with a widget (contract §8). Nothing here throws or rejects into the page. */
export interface Widget {
  readonly open: () => void;
  readonly close: () => void;
  readonly toggle: () => void;
  /** Another person, or the same with fresh token sources. `{userId?, identityToken?, getIdentityToken?, attributes?}`. */
  identify(who: unknown): void;
  /** Forgets the person in this browser at once, and asks the server to revoke the session. */
  logout(): void;
  /** `logout`, after the server has erased everything of this instance. */
  forget(): void;
  /** Opens nothing; begins the conversation where there is none. */
  sendMessage(text: unknown): void;
  newConversation(): void;
  openConversation(sessionId: unknown): void;
  escalate(details?: unknown): void;
  /** Changes theme, texts, locale, context or consent in place. */
  update(changes: unknown): void;
  /** Takes every trace off the page. */
  shutdown(): void;
}

export const COMMANDS = [
  'open',
  'close',
  'toggle',
  'identify',
  'logout',
  'forget',
  'sendMessage',
  'newConversation',
  'openConversation',
  'escalate',
  'update',
  'shutdown',
] as const satisfies readonly (keyof Widget)[];
export type Command = (typeof COMMANDS)[number];
