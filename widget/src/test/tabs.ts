import { expect, onTestFinished, vi } from 'vitest';
import { type Clock, systemClock } from '../config/clock.ts';
import { wipeBrowser } from '../identity/browser-key.ts';
import { openVault } from '../identity/vault.ts';
import type { WidgetEvents } from '../page/events.ts';
import type { Widget } from '../page/widget.ts';

/** A tab of this browser: a frame of this origin with a page and a widget of its own. */
export interface Tab {
  readonly window: Window;
  readonly widget: Widget;
  readonly events: WidgetEvents;
  readonly heard: [name: string, detail: unknown][];
  /** What can be read in the panel; '' while it is blank. */
  text(): string;
  /** Leaves for the back/forward cache, or comes back out of it. */
  hide(): void;
  comeBack(): void;
  close(): void;
}

export interface TabOptions {
  readonly fetch: typeof fetch;
  readonly clock?: Clock;
  readonly init?: object;
}

/** An agent of its own for a test, whose storage is wiped at the end. */
export function newAgent(): string {
  // Other test files share this origin.
  const agent = `tabs/agent-${crypto.randomUUID()}`;
  onTestFinished(async () => wipeBrowser(agent, openVault(agent, systemClock)));
  return agent;
}

interface Rooms {
  readonly mount: typeof import('../mount.ts').mount;
  readonly createEvents: typeof import('../page/events.ts').createEvents;
  readonly createLauncher: typeof import('../ui/launcher.ts').createLauncher;
}

export async function openTab(agent: string, { fetch, clock = systemClock, init }: TabOptions): Promise<Tab> {
  const { view, remove } = await openFrame();
  const { mount, createEvents, createLauncher } = Reflect.get(view, 'rooms') as Rooms;
  const events = createEvents();
  const heard: [string, unknown][] = [];
  for (const name of ['identitychange', 'error', 'messagesent']) events.on(name, (detail) => heard.push([name, detail]));
  const settings = { agent, embedKey: 'pk_1', baseUrl: 'https://chat.example', ...init };
  const widget = mount({ sources: [settings], events, launcher: createLauncher, fetch, clock, warn: () => undefined });
  const host = view.document.querySelector<HTMLElement>('familiar-widget');
  if (widget === null || host === null) throw new Error('The widget did not start.');
  const show = (type: string): boolean => view.dispatchEvent(new PageTransitionEvent(type, { persisted: true }));
  const tab: Tab = {
    window: view,
    widget,
    events,
    heard,
    text: () => (host.style.opacity === '0' ? '' : (host.shadowRoot?.textContent ?? '')),
    hide: () => void show('pagehide'),
    comeBack: () => void show('pageshow'),
    close() {
      widget.shutdown();
      remove();
    },
  };
  onTestFinished(() => tab.close());
  return tab;
}

/** Opens the tab's chat, says it, and waits for the answer. */
export async function say(tab: Tab, text: string): Promise<void> {
  tab.widget.open();
  tab.widget.sendMessage(text);
  await vi.waitFor(() => expect(tab.text()).toContain(`You said: ${text}`), 3_000);
}

/** What the tab's page has heard of its visitor's identity. */
export function changesOf(tab: Tab): unknown[] {
  return tab.heard.filter(([name]) => name === 'identitychange').map(([, detail]) => detail);
}

async function openFrame(): Promise<{ view: Window; remove: () => void }> {
  const [mount, events, launcher] = ['../mount.ts', '../page/events.ts', '../ui/launcher.ts'].map((path) =>
    JSON.stringify(new URL(path, import.meta.url).href),
  );
  const frame = document.createElement('iframe');
  // The test runner reaches its own dynamic imports through this; a frame has none of its own.
  frame.srcdoc = `<body><script>__vitest_browser_runner__ = parent.__vitest_browser_runner__</script><script type="module">
    import { mount } from ${mount}; import { createEvents } from ${events}; import { createLauncher } from ${launcher};
    window.rooms = { mount, createEvents, createLauncher };
  </script></body>`;
  const loaded = new Promise((resolve) => frame.addEventListener('load', resolve));
  document.body.append(frame);
  await loaded;
  if (frame.contentWindow === null) throw new Error('The frame has no window.');
  return { view: frame.contentWindow, remove: () => frame.remove() };
}
