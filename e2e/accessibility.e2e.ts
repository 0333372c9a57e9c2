import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { Chat } from './chat.ts';
import { expect, test } from './demo.ts';
import { signIn } from './shop.ts';

// Each look puts half a megabyte of rules into the page: not for the trace, too.
test.use({ trace: 'off' });
test.setTimeout(120_000);

/** Axe finds no fault on the demo: the rules of WCAG 2.2 AA, and those of good practice. */
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
/** What can differ between light and dark. All other rules look at what is the same in both. */
const COLOUR_RULES = ['color-contrast', 'link-in-text-block'];
const SIZES = { phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 800 } } as const;
type Size = keyof typeof SIZES;
const PAGES = ['/', '/plants', '/plants/monstera', '/care', '/help/shipping', '/returns-desk', '/kiosk', '/planner', '/login', '/nowhere'];

const MARKDOWN = `# Delivery

We post on **two days**, see [delivery](/help/shipping) or <https://example.com/a>, and *never* by \`night\`.

1. Pack
   - wrap
   - label
2. Post

> Keep warm.

\`\`\`ts
const pence: number = 590;
\`\`\`

| To | Price |
| --- | ---: |
| Wales | £5.90 |

![A plant](https://elsewhere.example/plant.png)
`;

async function faults(page: Page, rules: 'colours' | 'all'): Promise<readonly string[]> {
  // Frames of other origins are what its other mode is for; the demo has no frames.
  const axe = new AxeBuilder({ page }).setLegacyMode();
  const chosen = rules === 'colours' ? axe.withRules(COLOUR_RULES) : axe.withTags(RULES);
  const { violations } = await chosen.analyze();
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary ?? ''}`),
  );
}

/** In light with all rules, in dark with those of colour. */
async function expectNoFaults(page: Page, what: string): Promise<void> {
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
  expect(await faults(page, 'all'), `${what}, light`).toEqual([]);
  await page.emulateMedia({ colorScheme: 'dark' });
  expect(await faults(page, 'colours'), `${what}, dark`).toEqual([]);
}

for (const size of Object.keys(SIZES) as Size[]) {
  test(`on a ${size}, no page has a fault while the chat is closed`, async ({ demo, visitor }) => {
    const page = await visitor();
    await page.setViewportSize(SIZES[size]);
    for (const path of PAGES) {
      await page.goto(`${demo.site}${path}`);
      if (size === 'phone') await expectNoFaults(page, path);
      // The shop's colours are the same on all sizes.
      else expect(await faults(page, 'all'), path).toEqual([]);
    }
  });

  test(`on a ${size}, the open chat has no fault: empty, with an answer, in trouble, asking to keep a conversation`, async ({
    demo,
    visitor,
  }) => {
    const page = await visitor();
    await page.setViewportSize(SIZES[size]);
    await page.goto(demo.site);
    const chat = new Chat(page);
    await chat.open();
    await expect(chat.panel.locator('[part~="welcome"]')).toBeVisible();
    await expectNoFaults(page, 'the greeting');
    await chat.ask('What does delivery cost?');
    await answerInMarkdown(page);
    await page.reload();
    await chat.open();
    await expect(chat.answers.locator('pre')).toBeVisible();
    await expectNoFaults(page, 'an answer');
    await failRuns(page);
    await chat.send('And to the Highlands?');
    await expect(chat.trouble).toBeVisible();
    await expectNoFaults(page, 'trouble');
    await page.unrouteAll({ behavior: 'wait' });
    await signIn(page, demo, 'alice');
    await chat.open();
    await expect(chat.panel.locator('[part~="claim"]')).toBeVisible();
    await expectNoFaults(page, 'the claim');
  });
}

/** The stored answer holds all that Markdown can. */
async function answerInMarkdown(page: Page): Promise<void> {
  await page.route('**/v1/sessions/*/messages?*', async (route) => {
    const response = await route.fetch();
    const { data, ...rest } = (await response.json()) as { data: { role: string; content: string }[] };
    const told = data.map((message) => (message.role === 'assistant' ? { ...message, content: MARKDOWN } : message));
    await route.fulfill({ response, json: { ...rest, data: told } });
  });
}

async function failRuns(page: Page): Promise<void> {
  await page.route('**/v1/sessions/*/runs', async (route) => {
    if (route.request().method() !== 'POST') return route.fallback();
    await route.fulfill({
      status: 402,
      headers: { 'access-control-allow-origin': new URL(page.url()).origin, 'content-type': 'application/problem+json' },
      body: JSON.stringify({ status: 402, code: 'budget_exhausted', title: 'budget exhausted' }),
    });
  });
}
