import type { Browser, BrowserContext, LaunchOptions, Page } from '@playwright/test';
import { Chat } from './chat.ts';
import { diagnose } from './diagnose.ts';
import { type Seen, watch } from './seen.ts';
import type { Site } from './site.ts';

/** A browser of its own, with all that went over its wires. */
export interface Visitor {
  readonly context: BrowserContext;
  readonly seen: Seen;
  /** A new tab at this address; by default the site's `url`. */
  open(url?: string): Promise<Chat>;
  /** Signs in, in a new tab, and goes to the site's `url`. */
  signIn(user: string): Promise<Chat>;
  /** At the site's `url`: signed in as the first user where the site has a sign-in. */
  arrive(): Promise<Chat>;
}

/** The browser to look through, and the way to start another of its kind. */
export interface Browsers {
  readonly browser: Browser;
  readonly launch: (options: LaunchOptions) => Promise<Browser>;
}

/** What a scenario is given. */
export interface Stage extends Browsers {
  readonly site: Site;
  /** Another browser: nothing in common with those before. */
  visitor(browser?: Browser): Promise<Visitor>;
  /** Says something that can be found again, and waits for the answer. Returns the word to look for. */
  converse(visitor: Visitor, chat: Chat): Promise<string>;
  /** A message of the site's choice with a random word in it. */
  words(): { readonly text: string; readonly word: string };
}

/** Runs `play` on a stage, and closes every browser window that it opened. */
export async function onStage(site: Site, browsers: Browsers, play: (stage: Stage) => Promise<void>): Promise<void> {
  const contexts: BrowserContext[] = [];
  const words = (): { text: string; word: string } => {
    const word = `check${crypto.randomUUID().replaceAll('-', '').slice(0, 12)}`;
    return { text: `${site.message} (${word})`, word };
  };
  const stage: Stage = {
    site,
    ...browsers,
    words,
    async visitor(from = browsers.browser) {
      const context = await from.newContext();
      contexts.push(context);
      return createVisitor(context, site);
    },
    async converse({ seen }, chat) {
      const { text, word } = words();
      try {
        await chat.ask(text);
      } catch {
        // What the page and the wire show says more than the expectation that was not met.
        throw await diagnose(chat, seen);
      }
      return word;
    },
  };
  try {
    await play(stage);
  } finally {
    await Promise.all(contexts.map((context) => context.close()));
  }
}

function createVisitor(context: BrowserContext, site: Site): Visitor {
  const seen = watch(context);
  const open = async (url = site.url): Promise<Chat> => {
    const page = await context.newPage();
    await page.goto(url);
    return new Chat(page);
  };
  const signIn = async (user: string): Promise<Chat> => {
    const page: Page = await context.newPage();
    await site.signIn?.(page, user);
    await page.goto(site.url);
    return new Chat(page);
  };
  return { context, seen, open, signIn, arrive: async () => (site.signIn === null ? open() : signIn(site.users[0])) };
}
