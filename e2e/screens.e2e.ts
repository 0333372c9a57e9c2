import type { Locator, Page } from '@playwright/test';
import { Chat } from './chat.ts';
import { type Demo, expect, test } from './demo.ts';

/** The chat on small screens, above a keyboard, enlarged, mirrored, without motion, and in the visitor's own colours. */
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true } as const;
const KEYBOARD_PX = 336;
const PAGES = ['/', '/plants', '/plants/monstera', '/care', '/help/shipping', '/returns-desk', '/kiosk', '/planner', '/login', '/nowhere'];

/** How far something reaches, in CSS pixels from the top left of what is on the screen. */
async function edges(target: Locator): Promise<{ left: number; top: number; right: number; bottom: number }> {
  return target.evaluate((element) => {
    const { left, top, right, bottom } = element.getBoundingClientRect();
    return { left, top, right, bottom };
  });
}

test('above a keyboard that shrinks the page, the whole composer is to be seen', async ({ demo, visitor }) => {
  const page = await visitor(PHONE);
  await page.goto(demo.site);
  const chat = new Chat(page);
  await chat.ask('What does delivery cost?');
  await chat.composer.tap();
  const height = PHONE.viewport.height - KEYBOARD_PX;
  await page.setViewportSize({ width: PHONE.viewport.width, height });
  await expect.poll(async () => (await edges(chat.panel)).bottom).toBe(height);
  expect((await edges(chat.panel.locator('[part~="composer"]'))).bottom).toBeLessThanOrEqual(height);
  expect((await edges(chat.panel.locator('[part~="header"]'))).top).toBe(0);
});

test('above a keyboard that covers the page, as on iOS, the whole composer is to be seen', async ({ demo, visitor }) => {
  const page = await visitor(PHONE);
  await page.goto(demo.site);
  const chat = new Chat(page);
  await chat.open();
  const height = PHONE.viewport.height - KEYBOARD_PX;
  // No Chromium on a desktop has such a keyboard; what iOS tells the page of its own is told here.
  await page.evaluate((visible) => {
    const { visualViewport } = window;
    if (visualViewport === null) return;
    Object.defineProperties(visualViewport, { height: { value: visible }, offsetTop: { value: 40 } });
    visualViewport.dispatchEvent(new Event('resize'));
  }, height);
  await expect.poll(async () => (await edges(chat.panel)).bottom).toBe(height + 40);
  expect((await edges(chat.panel.locator('[part~="header"]'))).top).toBe(40);
  expect((await edges(chat.panel.locator('[part~="composer"]'))).bottom).toBeLessThanOrEqual(height + 40);
});

test('at 320 pixels, as on a desktop enlarged to 400 %, no page and no chat reaches beyond the edge', async ({ demo, visitor }) => {
  const page = await visitor({ viewport: { width: 320, height: 640 } });
  for (const path of PAGES) {
    await page.goto(`${demo.site}${path}`);
    await expect(page.locator('[part~="launcher"]').or(page.locator('h1')).first()).toBeVisible();
    expect(await overhang(page), path).toBe(0);
  }
  await page.goto(demo.site);
  const chat = new Chat(page);
  await chat.open();
  expect(await overhang(page), 'the greeting').toBe(0);
  await chat.ask('What does delivery cost?');
  expect(await overhang(page), 'an answer with a table').toBe(0);
  expect(await overhang(chat.panel.locator('[part~="messages"]')), 'inside of it').toBe(0);
  expect(await chat.panel.evaluate(beyondItsEdges)).toEqual([]);
});

/** How many pixels the page, or a part of it, would have to scroll sideways to be read. */
async function overhang(place: Page | Locator): Promise<number> {
  const root = 'goto' in place ? place.locator('html') : place;
  return root.evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth);
}

/** What stands out of the panel, unless it scrolls by itself. */
function beyondItsEdges(panel: Element): string[] {
  const outer = panel.getBoundingClientRect();
  return [...panel.querySelectorAll('*')]
    .filter((element) => element.closest('.table, pre') === null)
    .filter((element) => {
      const { left, right, width } = element.getBoundingClientRect();
      return width > 1 && (left < outer.left - 1 || right > outer.right + 1);
    })
    .map((element) => `${element.localName}.${element.classList.value}`);
}

test('at twice the size of text and page, the chat still fits on the screen', async ({ demo, visitor }) => {
  const page = await visitor({ viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 });
  await page.goto(demo.site);
  const chat = new Chat(page);
  await chat.ask('What does delivery cost?');
  const { left, top, right, bottom } = await edges(chat.panel);
  expect({ left: left >= 0, top: top >= 0, right: right <= 640, bottom: bottom <= 400 }).toEqual({
    left: true,
    top: true,
    right: true,
    bottom: true,
  });
  await expect(chat.composer).toBeInViewport({ ratio: 1 });
  await expect(chat.panel.getByRole('button', { name: 'Close chat' })).toBeInViewport({ ratio: 1 });
});

/** The shop as one that is written from right to left. */
async function mirror(page: Page, { site }: Demo): Promise<void> {
  await page.context().grantPermissions(['local-network-access']);
  await page.route(`${site}/`, async (route) => {
    const response = await route.fetch();
    const body = (await response.text()).replace('<html lang="en">', '<html lang="ar" dir="rtl">');
    await route.fulfill({ response, body: body.replace('data-agent=', 'data-locale="ar" data-agent=') });
  });
}

test('on a page from right to left, launcher and chat stand at its left and read the other way round', async ({ demo, visitor }) => {
  const page = await visitor({ viewport: { width: 1280, height: 800 } });
  await mirror(page, demo);
  await page.goto(demo.site);
  const chat = new Chat(page);
  expect((await edges(chat.launcher)).right).toBeLessThan(100);
  await chat.ask('What does delivery cost?');
  expect((await edges(chat.panel)).right).toBeLessThan(640);
  const send = await edges(chat.panel.locator('[part~="send"]'));
  const field = await edges(chat.composer);
  expect(send.right).toBeLessThanOrEqual(field.left);
  const close = await edges(chat.panel.getByRole('button', { name: 'Close chat' }));
  const avatar = await edges(chat.panel.locator('[part~="avatar"]').first());
  expect(close.right).toBeLessThan(avatar.left);
  const panel = await edges(chat.panel);
  const said = await edges(chat.said.first());
  expect(said.left - panel.left).toBeLessThan(panel.right - said.right);
  expect(await chat.panel.evaluate(beyondItsEdges)).toEqual([]);
  expect(await overhang(page)).toBe(0);
});

interface MovingPage {
  moved?: string[];
}

test('nothing moves for who wants no motion, from the launcher to the end of an answer', async ({ demo, visitor }) => {
  const page = await visitor({ reducedMotion: 'reduce' });
  await page.goto(demo.site);
  const chat = new Chat(page);
  await expect(chat.launcher).toBeVisible();
  await page.evaluate(() => {
    const moved: string[] = ((window as unknown as MovingPage).moved = []);
    const look = (): void => {
      for (const { shadowRoot } of document.querySelectorAll('familiar-launcher, familiar-widget'))
        for (const { effect } of shadowRoot?.getAnimations() ?? [])
          if (effect instanceof KeyframeEffect) moved.push(`${effect.target?.className.toString()}${effect.pseudoElement ?? ''}`);
      requestAnimationFrame(look);
    };
    look();
  });
  const moved = async (): Promise<unknown> => page.evaluate(() => [...new Set((window as unknown as MovingPage).moved)]);
  await chat.ask('What does delivery cost?');
  expect(await moved()).toEqual([]);
  await page.emulateMedia({ reducedMotion: 'no-preference' });
  await chat.ask('And to Wales?');
  expect(await moved()).not.toEqual([]);
});

test('in forced colours, what only a background told apart has a border, and icons have the colour of text', async ({ demo, visitor }) => {
  const page = await visitor({ forcedColors: 'active', reducedMotion: 'reduce' });
  await page.goto(demo.site);
  const chat = new Chat(page);
  await chat.ask('What does delivery cost?');
  await chat.composer.fill('And to Wales?');
  const parts = [
    chat.launcher,
    chat.panel,
    chat.said.first(),
    chat.panel.locator('[part~="send"]'),
    chat.panel.locator('[part~="composer"]'),
  ];
  for (const part of parts) {
    await expect(part).toHaveCSS('border-top-style', 'solid');
    const { border, color, background } = await part.evaluate((element) => {
      const { borderTopColor, backgroundColor, ...rest } = getComputedStyle(element);
      return { border: borderTopColor, color: rest.color, background: backgroundColor };
    });
    expect(border).not.toBe(background);
    expect(color).not.toBe(background);
  }
  const text = await page.evaluate(() => getComputedStyle(document.body).color);
  expect(await chat.panel.locator('[part~="send"] path').evaluate((path) => getComputedStyle(path).stroke)).toBe(text);
  expect(await chat.launcher.evaluate((button) => getComputedStyle(button, '::before').borderTopColor)).toBe(text);
});
