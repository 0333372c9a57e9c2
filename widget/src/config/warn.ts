/** Tells the page's developer, with its mend. Never an id, a token or a message. */
export type Warn = (sentence: string) => void;

export const warnInConsole: Warn = (sentence) => {
  // oxlint-disable-next-line no-console -- the developer of the page has no other place to look
  console.warn(`[familiar] ${sentence}`);
};
