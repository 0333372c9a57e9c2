import { rm } from 'node:fs/promises';
import { beforeEach, describe, expect, test } from 'vitest';
import { arrayMemory, collect, textOf, turnOf } from '../../test/agent-fixtures.ts';
import { useOfflinePages } from '../../test/offline-pages.ts';
import type { HistoryMessage } from './agent.ts';

const { agent, ask, page, path } = useOfflinePages();

test('it quotes the page with its table, its heading and a link, and uses the name', async () => {
  const answer = await ask('How long does delivery to Germany take?', { memory: arrayMemory("The visitor's name is Maya.") });
  expect(answer).toBe(
    'Maya, this is what I found:\n\n**Shipping: Delivery times**\n\n| Destination | Time |\n| --- | --- |\n| Netherlands | 1–2 days |\n| Germany | 2–3 days |\n\nFrom [Shipping](/shipping), “Delivery times”.',
  );
});

test('a remembered taste steers the advice', async () => {
  await page('easy.md', '# Easy plants\n\nThe ZZ plant will forgive a dry week.');
  await page('thirsty.md', '# Thirsty plants\n\nThe papyrus plant wants water every day; we recommend it.');
  const memory = arrayMemory('The visitor prefers plants that forgive a dry week.');
  const answer = await ask('Which plant would you recommend?', { memory });
  expect(answer).toContain('I remember that you prefer plants that forgive a dry week.');
  expect(answer).toContain('ZZ plant');
});

test('a page that is dropped into the folder is answered from without a restart', async () => {
  const running = agent();
  expect(textOf(await collect(running, turnOf('Do you repair umbrellas?')))).toContain('found nothing');
  await page('umbrellas.md', '# Umbrellas\n\nWe repair umbrellas on Fridays.');
  expect(textOf(await collect(running, turnOf('Do you repair umbrellas?')))).toContain('We repair umbrellas on Fridays.');
});

test('when nothing matches it says so and names what the pages cover', async () => {
  const answer = await ask('Who won the world cup?');
  expect(answer).toContain('I found nothing about that');
  expect(answer).toContain('[Shipping](/shipping)');
});

test.each(['How much does a fern cost?', 'What is the price of a fern?'])('“%s” is answered with an amount', async (question) => {
  await page(
    'fern.md',
    '# Fern\n\nDry air costs a fern its fronds, and a fern costs nerves.\n\n## At a glance\n\n| Price | £12 |\n| --- | --- |\n| Pot | 12 cm, of terracotta, glazed inside |',
  );
  expect(await ask(question)).toContain('£12');
});

test('a telephone number is found on the page whose summary speaks of it', async () => {
  await page('contact.md', '---\nsummary: Who answers the telephone.\n---\n## Hours\n\nFrom ten.\n\n## Ring\n\nRing 01632 960 417.');
  expect(await ask('What is your phone number?')).toContain('01632 960 417');
});

describe('what a question names alone', () => {
  beforeEach(async () => {
    await page('vouchers.md', '# Vouchers\n\nWe send them by e-mail. Keep the email, and email us if it is lost: vouchers@fern.example.');
    await page('care.md', '# Care\n\nIs it time? The plant stands in the shop until water runs straight through.');
  });

  const REACH =
    '# Contact\n\n## Write\n\nhello@fern.example, or 020 7946 0123.\n\n## Find us\n\n12 Old Mill Road, Leeds. The bus stops there.';
  const ABOUT = '# About\n\nWe began in 1987. Today two of us, Ada and Bo, do it all.';

  test.each([
    ["What's your email?", 'hello@fern.example'],
    ['what’s your e-mail address', 'hello@fern.example'],
    ['How can I contact you?', 'hello@fern.example'],
    ['Can I call you?', '020 7946 0123'],
    ['Where are you?', '12 Old Mill Road'],
    ['What is your address?', '12 Old Mill Road'],
    ['Who runs the shop?', 'Ada and Bo'],
    ['Who is the owner?', 'Ada and Bo'],
    ['How old is the shop?', '1987'],
  ])('“%s” is answered by the page that gives it, not by one with its words', async (question, answer) => {
    await page('contact.md', REACH);
    await page('about.md', ABOUT);
    expect(await ask(question)).toContain(answer);
  });

  test.each(['What is your phone number?', 'Where are you?', 'Who runs the shop?', 'How old is the shop?'])(
    '“%s”: where no page gives it, the pages do not say',
    async (question) => {
      expect(await ask(question)).toContain('I found nothing about that');
    },
  );

  test('a question that names more is answered by its words', async () => {
    await page('contact.md', REACH);
    expect(await ask('Do vouchers come by email?')).toContain('We send them by e-mail.');
  });
});

test.each(['Which plant would you recommend?', 'Recommend me a plant', 'What should I buy?', 'What is the best plant?'])(
  '“%s” is left open, unless a page answers it',
  async (question) => {
    await page('box.md', '# Boxes\n\nThe plant stands in a box, and every plant has a plant label.');
    expect(await ask(question)).toContain('The pages do not say which to choose');
    await page('first.md', '# First steps\n\nFor beginners we recommend a plant like the papyrus: the best to buy.');
    if (question.includes('recommend')) expect(await ask(question)).toContain('papyrus');
  },
);

test('advice about something that a page is about is that page’s', async () => {
  await page('papyrus.md', '# Papyrus\n\nIt wants water every day.');
  expect(await ask('Would you recommend the papyrus?')).toContain('water every day');
});

test('a page at /shipping is about shipping, and delivery is the same', async () => {
  await page('help.md', '---\ntitle: Post\nurl: /help/shipping\n---\nOn Mondays we go to the harbour.');
  await rm(path('shipping.md'));
  expect(await ask('When is delivery?')).toContain('On Mondays');
});

test('a place that the passage does not name is not passed over', async () => {
  expect(await ask('How long does delivery to Norway take?')).toContain('does not mention “Norway”');
});

test('a question that goes on from the one before is understood with it', async () => {
  const history: HistoryMessage[] = [
    { role: 'user', text: 'Delivery times to Germany?' },
    { role: 'assistant', text: '2–3 days' },
    { role: 'user', text: 'And to the Netherlands?' },
  ];
  expect(await ask('', { history })).toContain('| Netherlands | 1–2 days |');
});
