import { expect } from '@playwright/test';
import { demand } from '../failure.ts';
import type { Scenario } from '../scenario.ts';
import type { Stage } from '../stage.ts';
import { readStorage } from '../storage.ts';

const DAY_MS = 86_400_000;

/** What any page with the widget holds to, whoever is here. */
export const PAGE: readonly Scenario[] = [
  {
    name: 'chatting breaks no rule of the content security policy',
    mend: "allow the script's origin in script-src and the backend's in connect-src; nothing else is needed.",
    needs: [],
    run: policy,
  },
  {
    name: 'no token stands in an address, in storage or in the page',
    mend: 'hand identity tokens to familiar() only: never into a URL, an attribute, a cookie or storage.',
    needs: [],
    run: secrets,
  },
  {
    name: 'a clock that is a day ahead, or behind, keeps nobody out',
    mend: 'mint identity tokens on the server, with its clock, and set that clock by NTP.',
    needs: [],
    run: async (stage) => {
      for (const skewMs of [DAY_MS, -DAY_MS]) {
        const visitor = await stage.visitor();
        await visitor.context.clock.install({ time: Date.now() + skewMs });
        await stage.converse(visitor, await visitor.arrive());
      }
    },
  },
  {
    name: 'a browser that blocks storage can chat',
    mend: "let the page's own scripts live without storage: reading localStorage throws where it is blocked.",
    needs: [],
    run: blockedStorage,
  },
];

interface Violation {
  readonly directive: string;
  readonly blocked: string;
}
interface WatchedPage {
  conformanceViolations?: Violation[];
  conformanceDegraded?: number;
  familiar?: (...call: unknown[]) => void;
}

async function policy(stage: Stage): Promise<void> {
  const visitor = await stage.visitor();
  await visitor.context.addInitScript(() => {
    const found: Violation[] = ((window as unknown as WatchedPage).conformanceViolations = []);
    document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) =>
      found.push({ directive: effectiveDirective, blocked: blockedURI }),
    );
  });
  const chat = await visitor.arrive();
  const read = async (): Promise<readonly Violation[]> =>
    chat.page.evaluate(() => (window as unknown as WatchedPage).conformanceViolations ?? []);
  await chat.page.waitForLoadState('load');
  // The page's own offences, before anybody opens the chat, are its own affair.
  const before = (await read()).filter(({ blocked }) => !blocked.includes('familiar')).length;
  const outcome = await stage.converse(visitor, chat).catch((error: unknown) => error);
  const directives = [...new Set((await read()).slice(before).map(({ directive }) => directive))];
  demand(directives.length === 0, `The page's policy stopped the chat: ${directives.join(', ')}.`, PAGE[0]?.mend ?? '');
  if (outcome instanceof Error) throw outcome;
}

async function secrets(stage: Stage): Promise<void> {
  const visitor = await stage.visitor();
  const chat = await visitor.arrive();
  await stage.converse(visitor, chat);
  const { tokens, urls } = visitor.seen;
  const places: readonly (readonly [string, string])[] = [
    ['an address', urls.join('\n')],
    ['storage or a cookie', await readStorage(chat.page)],
    ['the page', await chat.page.content()],
  ];
  demand(tokens.size > 0, 'No token was seen at all.', "let the widget call its backend from the page, not through the page's own code.");
  for (const [place, text] of places) {
    const isClean = [...tokens].every((token) => !text.includes(token));
    demand(isClean, `A token stands in ${place}.`, PAGE[1]?.mend ?? '');
  }
}

async function blockedStorage(stage: Stage): Promise<void> {
  const visitor = await stage.visitor();
  await visitor.context.addInitScript(() => {
    const refuse = (): never => {
      throw new DOMException('Storage is blocked.', 'SecurityError');
    };
    Object.defineProperty(IDBFactory.prototype, 'open', { value: refuse });
    for (const name of ['localStorage', 'sessionStorage']) Object.defineProperty(window, name, { get: refuse });
  });
  const chat = await visitor.arrive();
  if (stage.site.integration === 'script-tag') {
    await expect(chat.launcher).toBeVisible();
    await chat.page.evaluate(() => {
      const page = window as unknown as WatchedPage;
      page.conformanceDegraded = 0;
      page.familiar?.('on', 'identitydegraded', () => (page.conformanceDegraded = (page.conformanceDegraded ?? 0) + 1));
    });
  }
  await stage.converse(visitor, chat);
  if (stage.site.integration === 'module') return;
  const told = await chat.page.evaluate(() => (window as unknown as WatchedPage).conformanceDegraded ?? 0);
  demand(told > 0, 'The page was not told that storage is blocked.', 'serve familiar.js unchanged; leave window.familiar to it.');
}
