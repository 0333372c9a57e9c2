/** The command, or the setting, that was wrong. Its sentence, with the mend, lies in `hints.ts`. */
export type Hint = 'init' | 'update' | 'identify' | 'sendMessage' | 'openConversation' | 'userId';

/** Tells the page's developer. `about`: the name of the setting in it, or the id to explain; an id is never printed. */
export type Warn = (hint: Hint, about?: string) => void;

/** The sentences are no part of the panel: nobody who chats needs them. */
export const warnInConsole: Warn = (hint, about) => {
  // oxlint-disable-next-line no-console -- the developer of the page has no other place to look
  const print = (sentence: string): void => console.warn(`[familiar] ${sentence}`);
  import('./hints.ts').then(
    ({ explain }) => print(explain(hint, about)),
    () => print(hint),
  );
};
