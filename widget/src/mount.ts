import { effect } from '@preact/signals';
import { systemClock } from './config/clock.ts';
import type { ConfigSources } from './config/parse-config.ts';
import { type Warn, warnInConsole } from './config/warn.ts';
import { openVault } from './identity/vault.ts';
import { createActions } from './page/actions.ts';
import type { WidgetEvents } from './page/events.ts';
import { createPanel } from './page/panel.ts';
import { placeHost } from './page/place.ts';
import { createSettings } from './page/settings.ts';
import type { Widget } from './page/widget.ts';
import { createLauncher, type Launcher } from './ui/launcher.ts';
import { renderPanel } from './ui/panel.tsx';
import type { PanelModel } from './ui/panel-model.ts';

export interface MountOptions {
  readonly sources: ConfigSources;
  readonly events: WidgetEvents;
  /** The launcher that is on the page already; without it, one is drawn. */
  readonly launcher?: Launcher | null;
  readonly warn?: Warn;
  /** Replaces the network in tests. */
  readonly fetch?: typeof fetch;
}

/**
 * Puts a widget on the page: wires the rooms, draws launcher and panel. Null, with a warning, where a setting is missing.
 * Nothing is fetched or stored before it is opened; `inline` and `page` are open from the start.
 */
export function mount(options: MountOptions): Widget | null {
  const { events, sources, warn = warnInConsole } = options;
  const settings = createSettings(sources, warn);
  if (settings === null) return null;
  const config = settings.config.peek();
  const transport = { baseUrl: config.baseUrl, clock: systemClock, fetch: options.fetch ?? globalThis.fetch.bind(globalThis) };
  const panel = createPanel({ settings, events, transport, vault: openVault(config.agent, systemClock) });
  const actions = createActions({ panel, settings, events, warn });
  const undraw = draw(panel.model, options.launcher ?? null, () => placeHost(config));
  const onPageHide = (): void => panel.people.visit.peek().farewell();
  globalThis.addEventListener('pagehide', onPageHide);
  let isDown = false;
  if (config.mode !== 'launcher') {
    // After the commands that the page has queued: an `identify` among them comes before any session.
    queueMicrotask(() => {
      if (!isDown) panel.model.open();
    });
  }
  return {
    ...actions,
    shutdown() {
      if (isDown) return;
      isDown = true;
      globalThis.removeEventListener('pagehide', onPageHide);
      actions.shutdown();
      undraw();
    },
  };
}

function draw(model: PanelModel, drawn: Launcher | null, place: () => ReturnType<typeof placeHost>): () => void {
  const host = place();
  const onToggle = (): void => (model.isOpen.peek() ? model.close() : model.open());
  const label = model.texts.peek()['open'] ?? 'Open chat';
  const launcher = model.mode === 'launcher' ? (drawn ?? createLauncher({ root: host.root, label, onToggle })) : null;
  const unmount = renderPanel({ model, root: host.root });
  const undo = effect(() => {
    launcher?.setOpen(model.isOpen.value);
    launcher?.setUnread(model.unread.value);
  });
  return () => {
    undo();
    launcher?.dispose();
    unmount();
    host.remove();
  };
}
