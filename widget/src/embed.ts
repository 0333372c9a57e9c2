import { copy } from './config/own.ts';
import type { MountOptions } from './mount.ts';
import { createEvents, type Listener } from './page/events.ts';
import type { Command, Widget } from './page/widget.ts';
import { createLauncher } from './ui/launcher.ts';

/** File name of the panel's module, written in by the build; it lies beside this script. */
declare const PANEL_FILE: string;

type Call = readonly [name: Command | 'on' | 'init', detail?: unknown, listener?: unknown];
type PanelModule = { readonly run: (options: MountOptions) => Widget | null };
/** Commands that can wait until somebody opens the chat. */
const WAIT = /^(identify|update|close)$/;

/** A page's own element may be named `currentScript` and hide the real one; the prototype's getter cannot be hidden. */
const current = Reflect.get(Document.prototype, 'currentScript', document) as HTMLScriptElement | null;
const script = current ?? document.querySelector<HTMLScriptElement>('script[data-agent][src]');
const page = window as unknown as { familiar?: unknown };
// The calls that the page's stub has kept; null where a script of ours has taken over. Own members only: neither what a page
// put on a prototype nor an element with this name counts.
const queue = copy(page.familiar)['q'] as readonly Iterable<unknown>[] | null | undefined;

const events = createEvents();
const attributes = copy(script?.dataset);
const init = copy();
const host = document.createElement('familiar-launcher');
const waiting: Call[] = [];
let drawn: Promise<void> | undefined;
let launcher: HTMLButtonElement | null = null;
let widget: Widget | null = null;
let isLoading = false;
let isDown = false;

// oxlint-disable-next-line no-console -- the developer of the page has no other place to look
const warn = (sentence = 'A call was ignored: unknown, wrong or too late.'): void => console.warn(`[familiar] ${sentence}`);

const setLoading = (isNow: boolean): void => {
  isLoading = isNow;
  if (launcher) launcher.ariaBusy = `${isNow}`;
};

const load = async (): Promise<void> => {
  if (isLoading || widget) return;
  setLoading(true);
  try {
    const panel = new URL(PANEL_FILE, script?.src);
    const { run }: PanelModule = await import(/* @vite-ignore */ panel.href);
    await drawn;
    if (isDown) return;
    widget = run({
      sources: [{ baseUrl: panel.origin }, attributes, init],
      events,
      launcher: (options) => launcher ?? createLauncher(options),
    });
    for (const one of waiting.splice(0)) call(...one);
  } catch {
    // Offline or blocked: the next click tries again.
    warn('The chat did not load. Allow its address in script-src and CORS.');
  }
  setLoading(false);
};

const call = (...args: Call): void => {
  const [name, detail, listener] = args;
  try {
    if (/^(on|once|off)$/.test(name))
      if (typeof listener === 'function') events[name as 'on'](detail as string, listener as Listener);
      else warn();
    else if (isDown) warn();
    else if (name === 'shutdown') {
      isDown = true;
      widget?.shutdown();
      host.remove();
      Reflect.deleteProperty(window, 'familiar');
    } else if (widget) widget[name === 'init' ? 'update' : (name as Command)](detail);
    else if (name === 'init') Object.assign(init, detail);
    else {
      waiting.push(args);
      if (!WAIT.test(name)) void load();
    }
  } catch {
    // Nothing is thrown into the page.
    warn();
  }
};

const draw = (): void => {
  if (isDown) return;
  if ((init['mode'] ?? attributes['mode'] ?? 'launcher') === 'launcher') {
    document.body.append(host);
    launcher = createLauncher({
      root: host.attachShadow({ mode: 'open' }),
      label: attributes['textsOpen'] as string | undefined,
      onToggle: () => call('toggle'),
    });
  } else void load();
  events.emit('ready', null);
};

// A second script tag, or one without its settings' script, changes nothing.
if (script && queue !== null) {
  drawn = new Promise((resolve) => {
    if (document.body) resolve(null);
    else document.addEventListener('DOMContentLoaded', resolve, { once: true });
  }).then(draw);
  page.familiar = Object.assign(call, { q: null });
  for (const one of Array.from(queue ?? [])) call(...(Array.from(one) as unknown as Call));
}
