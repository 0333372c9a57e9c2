import { join } from 'node:path';
import type { CDPSession, Page } from '@playwright/test';
import { build } from 'vite';
import { type Demo, expect, test } from './demo.ts';

/** An app that mounts the widget from npm and takes it away, again and again: nothing of it stays. */
const TIMES = 30;

/** The app's files by name, bundled with the published widget. */
async function bundle(): Promise<ReadonlyMap<string, string>> {
  const result = await build({
    configFile: false,
    logLevel: 'error',
    root: import.meta.dirname,
    build: {
      write: false,
      modulePreload: false,
      rolldownOptions: {
        input: join(import.meta.dirname, '../widget/dist/index.js'),
        preserveEntrySignatures: 'strict',
        output: { entryFileNames: 'app.js', chunkFileNames: '[name].js' },
      },
    },
  });
  const outputs = Array.isArray(result) ? result : [result];
  return new Map(
    outputs
      .flatMap((output) => ('output' in output ? output.output : []))
      .flatMap((file) => (file.type === 'chunk' ? [[file.fileName, file.code]] : [])),
  );
}

interface Widget {
  open(): void;
  on(name: 'ready', listener: () => void): void;
  destroy(): void;
}
interface AppPage {
  timers?: Set<unknown>;
  createWidget?: (options: object) => Widget;
  widgetOptions?: object;
}

/** A page of the shop that has no widget of its own, with the app's module in it. */
async function openApp(page: Page, demo: Demo): Promise<void> {
  const files = await bundle();
  await page.route(`${demo.site}/npm/*`, async (route) => {
    const name = new URL(route.request().url()).pathname.slice('/npm/'.length);
    await route.fulfill({ contentType: 'text/javascript', body: files.get(name) ?? '' });
  });
  await page.addInitScript(() => {
    const timers = ((window as unknown as AppPage).timers = new Set<unknown>());
    const start = window.setTimeout.bind(window);
    const stop = window.clearTimeout.bind(window);
    Object.assign(window, {
      setTimeout: (run: () => void, delayMs?: number) => {
        const timer = start(() => {
          timers.delete(timer);
          run();
        }, delayMs);
        timers.add(timer);
        return timer;
      },
      clearTimeout: (timer: number) => {
        timers.delete(timer);
        stop(timer);
      },
    });
  });
  const planner = await page.request.get(`${demo.site}/planner`);
  const [, agent, embedKey, baseUrl] =
    /data-agent="([^"]+)" data-embed-key="([^"]+)" data-base-url="([^"]+)"/.exec(await planner.text()) ?? [];
  await page.goto(`${demo.site}/returns-desk?card=none`);
  await page.evaluate(
    async ([address, options]) => {
      const app = (await import(address)) as Required<Pick<AppPage, 'createWidget'>>;
      Object.assign(window, { createWidget: app.createWidget, widgetOptions: options });
    },
    ['/npm/app.js', { agent, embedKey, baseUrl }] as const,
  );
}

/** Mounts and destroys: before its code has come, when it has come, or with a conversation on the screen. */
async function mountAndDestroy(page: Page, times: number): Promise<void> {
  await page.evaluate(async (count) => {
    const { createWidget, widgetOptions = {} } = window as unknown as AppPage;
    const isOpen = (): boolean =>
      document.querySelector('familiar-widget')?.shadowRoot?.querySelector<HTMLTextAreaElement>('textarea')?.readOnly === false;
    const nextFrame = async (): Promise<void> => new Promise((resolve) => requestAnimationFrame(() => resolve()));
    for (let round = 0; round < count; round += 1) {
      const widget = createWidget?.(widgetOptions);
      if (round % 3 > 0) await new Promise<void>((resolve) => widget?.on('ready', resolve));
      if (round % 3 > 1) {
        widget?.open();
        while (!isOpen()) await nextFrame();
      }
      widget?.destroy();
    }
  }, times);
}

interface Census {
  readonly nodes: number;
  /** Listeners on the window, the document and the like. */
  readonly onPage: readonly number[];
  readonly timers: number;
  /** Elements of the widget, and style sheets of the document. */
  readonly hosts: number;
}

async function count(page: Page, protocol: CDPSession): Promise<Census> {
  await protocol.send('HeapProfiler.collectGarbage');
  const { metrics } = await protocol.send('Performance.getMetrics');
  const metric = (name: string): number => metrics.find((one) => one.name === name)?.value ?? NaN;
  const onPage = await Promise.all(
    ['window', 'document', 'visualViewport', 'document.documentElement', 'document.body'].map(async (expression) => {
      const { result } = await protocol.send('Runtime.evaluate', { expression });
      const { listeners } = await protocol.send('DOMDebugger.getEventListeners', { objectId: result.objectId ?? '' });
      return listeners.length;
    }),
  );
  const { timers, hosts } = await page.evaluate(() => ({
    timers: (window as unknown as AppPage).timers?.size ?? NaN,
    hosts: document.querySelectorAll('familiar-widget, familiar-launcher').length + document.adoptedStyleSheets.length,
  }));
  return { nodes: metric('Nodes'), onPage, timers, hosts };
}

/** What there is more of; the browser may have thrown away some nodes of its own meanwhile. */
function extra(now: Census, before: Census): object {
  const sum = (numbers: readonly number[]): number => numbers.reduce((one, other) => one + other, 0);
  return {
    nodes: Math.max(0, now.nodes - before.nodes),
    listeners: sum(now.onPage) - sum(before.onPage),
    timers: now.timers - before.timers,
    hosts: now.hosts - before.hosts,
  };
}

test(`after ${TIMES} times of mounting and destroying, no node, listener or timer is left on the page`, async ({ demo, visitor }) => {
  const page = await visitor();
  const errors: string[] = [];
  page.on('pageerror', ({ message }) => errors.push(message));
  await openApp(page, demo);
  const protocol = await page.context().newCDPSession(page);
  await protocol.send('Performance.enable');
  const bare = await count(page, protocol);
  await mountAndDestroy(page, TIMES);
  // What was under way when it ended, such as a mint, comes to its own end.
  await expect
    .poll(async () => extra(await count(page, protocol), bare), { timeout: 20_000 })
    .toEqual({ nodes: 0, listeners: 0, timers: 0, hosts: 0 });
  expect(errors).toEqual([]);
});
