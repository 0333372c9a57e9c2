import type { MountOptions } from './mount.ts';
import { createEvents, type Listener } from './page/events.ts';
import type { Command, Widget } from './page/widget.ts';
import { createLauncher, type Launcher } from './ui/launcher.ts';

/** File name of the panel's module, written in by the build; it lies beside this script. */
declare const PANEL_FILE: string;

type Call = readonly [name: unknown, ...rest: unknown[]];
type PanelModule = { readonly run: (options: MountOptions, attributes: object) => Widget | null };

/** Commands that can wait until somebody opens the chat. */
const WAIT = /^(init|identify|update|close)$/;
const LOADED = 'familiarLoaded';

/** A page's own element may be named `currentScript` and hide the real one; the prototype's getter cannot be hidden. */
const current: unknown = Object.getOwnPropertyDescriptor(Document.prototype, 'currentScript')?.get?.call(document);
const script = current instanceof HTMLScriptElement ? current : document.querySelector<HTMLScriptElement>('script[data-agent][src]');
const page = window as unknown as { familiar?: unknown };
const stub = page.familiar;

const events = createEvents();
const dataset: Record<string, string | undefined> = Object.assign({}, script?.dataset);
const address = script?.src ?? '';
const waiting: Call[] = [];
let init: object = {};
let widget: Widget | null = null;
let loading: Promise<void> | null = null;
let launcher: Launcher | null = null;
let host: HTMLElement | null = null;
let isDown = false;

// oxlint-disable-next-line no-console -- the developer of the page has no other place to look
const warn = (sentence: string): void => console.warn(`[familiar] ${sentence}`);

const load = async (): Promise<void> => {
  launcher?.setBusy(true);
  try {
    const module = (await import(/* @vite-ignore */ new URL(PANEL_FILE, address).href)) as PanelModule;
    if (isDown) return;
    widget = module.run(
      { sources: [init], events, launcher: launcher ?? createLauncher },
      { baseUrl: new URL(address).origin, ...dataset },
    );
    for (const call of waiting.splice(0)) give(call);
  } catch {
    // Offline or blocked: the next click tries again.
    loading = null;
    warn('The chat did not load. Allow its address in script-src and CORS.');
  }
  launcher?.setBusy(false);
};
const give = ([name, detail]: Call): void => {
  if (name === 'init') widget?.update(detail);
  else if (widget && Object.hasOwn(widget, name as Command)) widget[name as Command](detail);
  else warn('Unknown command; ignored.');
};
const call = (...args: unknown[]): void => {
  const [name, detail, listener] = args as unknown as Call;
  if (name === 'on' || name === 'once' || name === 'off')
    if (typeof listener === 'function') events[name](String(detail), listener as Listener);
    else warn(`${name} takes an event and a function; ignored.`);
  else if (name === 'shutdown') shutdown();
  else if (isDown) warn('The widget was shut down; ignored.');
  else if (widget) give([name, detail]);
  else if (name === 'init') init = { ...init, ...Object(detail) };
  else {
    waiting.push([name, detail]);
    if (!WAIT.test(String(name))) loading ??= load();
  }
};
const shutdown = (): void => {
  isDown = true;
  widget?.shutdown();
  launcher?.dispose();
  host?.remove();
  Reflect.deleteProperty(window, 'familiar');
};
const draw = (): void => {
  if (isDown) return;
  const mode: unknown = Reflect.get(init, 'mode') ?? dataset['mode'] ?? 'launcher';
  if (mode === 'launcher') {
    host = document.createElement('familiar-launcher');
    document.body.append(host);
    launcher = createLauncher({
      root: host.attachShadow({ mode: 'open' }),
      label: dataset['textsOpen'] ?? 'Open chat',
      onToggle: () => call('toggle'),
    });
  } else loading ??= load();
  events.emit('ready', null);
};

// A second script tag, or one without its settings' script, changes nothing.
if (script && !(typeof stub === 'function' && LOADED in stub)) {
  const queue: unknown = typeof stub === 'function' && 'q' in stub ? stub.q : null;
  Object.defineProperty(call, LOADED, { value: true });
  page.familiar = call;
  if (typeof queue === 'object' && queue !== null)
    for (const queued of Array.from(queue as ArrayLike<ArrayLike<unknown>>)) call(...Array.from(queued));
  if (document.body) draw();
  else document.addEventListener('DOMContentLoaded', draw, { once: true });
}
