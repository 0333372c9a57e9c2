import { expect } from '@playwright/test';
import { demand } from '../failure.ts';
import type { Scenario } from '../scenario.ts';
import { findScriptTag, findScriptTags, type Placing, standIn } from '../script-tag.ts';
import type { Stage } from '../stage.ts';
import { listDatabases } from '../storage.ts';

interface Order extends Placing {
  /** When the page says who it is: before the script has run, or after. */
  readonly identifies: 'before' | 'after';
}

const ORDERS: readonly Order[] = [
  { how: 'async', where: 'head', times: 1, identifies: 'before' },
  { how: 'defer', where: 'head', times: 1, identifies: 'before' },
  { how: 'blocking', where: 'head', times: 1, identifies: 'before' },
  { how: 'async', where: 'body', times: 1, identifies: 'after' },
  { how: 'blocking', where: 'body', times: 1, identifies: 'after' },
];

/** Before anybody opens the chat, and how the script tag may stand. */
export const LOADING: readonly Scenario[] = [
  {
    name: 'before the chat is opened, the widget calls no backend and keeps nothing',
    mend: 'call no open, sendMessage or createWidget().open() while the page loads.',
    needs: ['anonymous'],
    run: async (stage) => {
      const visitor = await stage.visitor();
      const chat = await visitor.open();
      await expect(chat.launcher).toBeVisible();
      await chat.page.waitForLoadState('load');
      const asked = [...visitor.seen.urls];
      const kept = (await listDatabases(chat.page)).filter((name) => name.startsWith('familiar'));
      await stage.converse(visitor, chat);
      const backend = (await visitor.seen.mints())[0]?.backend ?? '';
      const early = asked.filter((url) => url.startsWith(`${backend}/v1/`));
      demand(early.length === 0, `The backend was called ${early.length} times before the chat was opened.`, LOADING[0]?.mend ?? '');
      demand(kept.length === 0, 'A database was made before the chat was opened.', LOADING[0]?.mend ?? '');
    },
  },
  {
    name: 'the page has one widget, of one agent',
    mend: 'keep one script tag: look in layouts, templates and the tag manager.',
    needs: ['anonymous'],
    run: oneWidget,
  },
  {
    name: 'the script tag may stand twice: one launcher, one participant',
    mend: 'serve familiar.js unchanged, and once: look in layouts, templates and the tag manager.',
    needs: ['script-tag', 'anonymous'],
    run: async (stage) => {
      const visitor = await stage.visitor();
      const chat = await visitor.open();
      const tag = await findScriptTag(chat.page);
      const placing: Placing = { how: 'async', where: 'body', times: 2 };
      await standIn(chat.page, { url: stage.site.url, tag, placing });
      await chat.page.goto(stage.site.url);
      await stage.converse(visitor, chat);
      await expect(chat.launcher).toHaveCount(1);
      await expect(chat.said).toHaveCount(1);
      const people = new Set((await visitor.seen.mints()).map(({ who }) => who));
      demand(
        people.size === 1,
        `Two tags made ${people.size} participants.`,
        'serve familiar.js unchanged, and put its tag on the page once.',
      );
    },
  },
  {
    name: 'who signs in before or after the script loads is who the first call names',
    mend: 'define the queue stub before any familiar() call: window.familiar=window.familiar||function(){(familiar.q=familiar.q||[]).push(arguments)}.',
    needs: ['script-tag', 'anonymous'],
    run: async (stage) => {
      for (const order of ORDERS) await boot(stage, order);
    },
  },
];

async function oneWidget(stage: Stage): Promise<void> {
  const visitor = await stage.visitor();
  const chat = await visitor.open();
  await chat.page.waitForLoadState('load');
  const tags = await findScriptTags(chat.page);
  const agents = new Set(tags.map(({ data }) => `${data['data-agent']} ${data['data-embed-key']}`));
  demand(
    agents.size <= 1,
    `The page has ${tags.length} script tags for ${agents.size} agents; only the first is shown.`,
    'keep the tag of one agent and remove the others: look in layouts, templates and the tag manager.',
  );
  demand(
    tags.length <= 1,
    `The page has the script tag ${tags.length} times.`,
    'keep one: look in layouts, templates and the tag manager.',
  );
  await stage.converse(visitor, chat);
  const launchers = await chat.launcher.count();
  const panels = await chat.panel.count();
  demand(
    launchers <= 1 && panels === 1,
    `The page shows ${launchers} launchers and ${panels} panels.`,
    'call createWidget() once, outside of components that mount again.',
  );
}

interface FamiliarPage {
  familiar?: ((...call: unknown[]) => void) & { q?: unknown[] };
}

/** Nothing is created: the call that names the visitor is read and goes no further. */
async function boot(stage: Stage, placing: Order): Promise<void> {
  const { site } = stage;
  const when = placing.identifies;
  const visitor = await stage.visitor();
  const chat = await visitor.open();
  const tag = await findScriptTag(chat.page);
  await standIn(chat.page, { url: site.url, tag, placing });
  await visitor.context.route('**/v1/embed/session-tokens', (route) => route.abort());
  const userId = `conformance-${crypto.randomUUID()}`;
  if (when === 'before') {
    await chat.page.addInitScript((id) => {
      const page = window as unknown as FamiliarPage;
      const stub: NonNullable<FamiliarPage['familiar']> = (...call) => void (stub.q ??= []).push(call);
      page.familiar ??= stub;
      page.familiar('identify', { userId: id });
    }, userId);
  }
  await chat.page.goto(site.url);
  await expect(chat.launcher).toHaveCount(1);
  if (when === 'after')
    await chat.page.evaluate((id) => (window as unknown as FamiliarPage).familiar?.('identify', { userId: id }), userId);
  await chat.launcher.click();
  await expect.poll(async () => (await visitor.seen.mints()).length).toBeGreaterThan(0);
  const mints = await visitor.seen.mints();
  demand(
    mints.every((mint) => mint.userId === userId),
    `With a ${placing.how} tag in the ${placing.where}, an identify ${when} the script loads did not reach the first call.`,
    'serve familiar.js unchanged, and define the queue stub before any familiar() call.',
  );
}
