import { expect } from '@playwright/test';
import { demand } from '../failure.ts';
import type { Scenario } from '../scenario.ts';
import type { Stage, Visitor } from '../stage.ts';

/** Visitors whom nobody has signed in. */
export const VISITORS: readonly Scenario[] = [
  {
    name: 'another browser is another visitor, and sees nothing of the first',
    mend: 'leave data-user-id out for visitors who are not signed in: a fixed id is one visitor to all browsers.',
    needs: ['anonymous'],
    run: async (stage) => {
      const first = await stage.visitor();
      const word = await stage.converse(first, await first.open());
      const second = await stage.visitor();
      const chat = await second.open();
      await stage.converse(second, chat);
      const [one] = await people(first);
      const [other] = await people(second);
      demand(one !== other, 'Two browsers are the same participant.', VISITORS[0]?.mend ?? '');
      await expect(chat.page.getByText(word)).toHaveCount(0);
    },
  },
  {
    name: 'three tabs of one browser are one visitor',
    mend: 'do not shut the widget down or clear its storage on load; do not put a new id into each page.',
    needs: ['anonymous'],
    run: async (stage) => {
      const visitor = await stage.visitor();
      const tabs = await Promise.all([visitor.open(), visitor.open(), visitor.open()]);
      await Promise.all(tabs.map(async (tab) => tab.open()));
      const [first, ...others] = tabs;
      const word = await stage.converse(visitor, first);
      for (const tab of others) {
        await tab.page.reload();
        await tab.open();
        await expect(tab.said.getByText(word)).toHaveCount(1);
      }
      const count = new Set(await people(visitor)).size;
      demand(count === 1, `Three tabs of one browser are ${count} participants.`, VISITORS[1]?.mend ?? '');
    },
  },
  {
    name: 'after logout, an answer under way is never shown, and the visitor is another',
    mend: "call familiar('logout') when the visitor signs out; serve familiar.js unchanged.",
    needs: ['script-tag', 'anonymous'],
    run: async (stage) => {
      const visitor = await stage.visitor();
      const chat = await visitor.open();
      await chat.open();
      const { text, word } = stage.words();
      await chat.send(text);
      await expect(chat.answers).toHaveCount(1);
      await logout(chat.page);
      await expect(chat.page.getByText(word)).toHaveCount(0);
      await stage.converse(visitor, chat);
      await expect(chat.page.getByText(word)).toHaveCount(0);
      await expect(chat.said).toHaveCount(1);
      await demandOthers(visitor);
    },
  },
  {
    name: 'logout in one tab empties the others',
    mend: "call familiar('logout') when the visitor signs out; do not partition the tabs by different origins.",
    needs: ['script-tag', 'anonymous'],
    run: async (stage) => {
      const visitor = await stage.visitor();
      const first = await visitor.open();
      const word = await stage.converse(visitor, first);
      const second = await visitor.open();
      await second.open();
      await expect(second.said.getByText(word)).toHaveCount(1);
      await logout(first.page);
      await expect(second.page.getByText(word)).toHaveCount(0);
      await expect(first.page.getByText(word)).toHaveCount(0);
      await second.page.reload();
      await second.open();
      await expect(second.said).toHaveCount(0);
    },
  },
  {
    name: 'after logout, the back button brings nothing back',
    mend: "call familiar('logout') when the visitor signs out, before the page is left.",
    needs: ['script-tag', 'anonymous'],
    run: goBack,
  },
];

/** Everybody whom this browser has been so far. */
async function people({ seen }: Visitor): Promise<readonly (string | null)[]> {
  return (await seen.mints()).filter(({ status }) => status === 200).map(({ who }) => who);
}

async function demandOthers(visitor: Visitor): Promise<void> {
  const known = await people(visitor);
  demand(known.length > 1 && known[0] !== known.at(-1), 'The same participant came back after logout.', VISITORS[2]?.mend ?? '');
}

async function logout(page: { evaluate(run: () => void): Promise<void> }): Promise<void> {
  await page.evaluate(() => (window as unknown as { familiar?: (name: string) => void }).familiar?.('logout'));
}

/** In a browser that keeps the pages it leaves; Playwright's usually does not. */
async function goBack(stage: Stage): Promise<void> {
  const browser = await stage.launch({ ignoreDefaultArgs: ['--disable-back-forward-cache'] });
  try {
    const visitor = await stage.visitor(browser);
    const first = await visitor.open();
    const word = await stage.converse(visitor, first);
    const second = await visitor.open();
    await second.open();
    await first.page.goto('about:blank');
    await logout(second.page);
    await expect(second.page.getByText(word)).toHaveCount(0);
    await first.page.goBack();
    await expect(first.launcher).toBeVisible();
    await expect(first.page.getByText(word)).toHaveCount(0);
    await first.open();
    await expect(first.page.getByText(word)).toHaveCount(0);
    await expect(first.said).toHaveCount(0);
  } finally {
    await browser.close();
  }
}
