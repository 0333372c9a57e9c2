import { effect } from './reactive/signal.ts';
import { type Clock, systemClock } from './config/clock.ts';
import { type Warn, warnInConsole } from './config/warn.ts';
import { createActions } from './page/actions.ts';
import type { WidgetEvents } from './page/events.ts';
import { createPanel } from './page/panel.ts';
import { type Host, placeHost } from './page/place.ts';
import { watchExtras } from './page/extras/watch-extras.ts';
import { followPresence } from './page/presence.ts';
import { type ConfigSources, createSettings } from './page/settings.ts';
import type { Widget } from './page/widget.ts';
import type { DrawLauncher, Launcher } from './ui/launcher.ts';
import { renderPanel } from './ui/panel.ts';
import type { PanelModel } from './ui/panel-model.ts';

export interface MountOptions {
  readonly sources: ConfigSources;
  readonly events: WidgetEvents;
  /** The launcher that is on the page already, or what draws one where the mode wants it. */
  readonly launcher: Launcher | DrawLauncher;
  readonly warn?: Warn;
  /** Replace the network and the time in tests. */
  readonly fetch?: typeof fetch;
  readonly clock?: Clock;
}

/**
 * Puts a widget on the page: wires the rooms, draws launcher and panel. Null, with a warning, where a setting is missing.
 * Nothing is fetched or stored before it is opened; `inline` and `page` are open from the start.
 */
export function mount({ clock = systemClock, events, fetch, launcher, sources, warn = warnInConsole }: MountOptions): Widget | null {
  const settings = createSettings(sources, warn);
  if (settings === null) return null;
  const config = settings.config.peek();
  const transport = { baseUrl: config.baseUrl, clock, fetch: fetch ?? globalThis.fetch.bind(globalThis) };
  const panel = createPanel({ settings, events, transport, warn });
  const actions = createActions({ panel, settings, events, warn });
  const host = placeHost(config);
  const undraw = draw(panel.model, host, launcher);
  const idleMs = config.sharedDevice ? config.idleMinutes * 60_000 : null;
  const unfollow = followPresence({ panel, clock, idleMs, veil: (isVeiled) => host.veil(isVeiled) });
  const unwatch = watchExtras({ panel, settings, events, transport });
  let isDown = false;
  // After the commands that the page has queued: an `identify` among them comes before any session.
  if (config.mode !== 'launcher') queueMicrotask(() => isDown || panel.model.open());
  return {
    ...actions,
    shutdown() {
      if (isDown) return;
      isDown = true;
      actions.shutdown();
      unfollow();
      unwatch();
      undraw();
    },
  };
}

function draw(model: PanelModel, host: Host, launcher: Launcher | DrawLauncher): () => void {
  const onToggle = (): void => (model.isOpen.peek() ? model.close() : model.open());
  const label = model.texts.peek()['open'] ?? 'Open chat';
  const drawn = typeof launcher === 'object' ? launcher : model.mode === 'launcher' ? launcher({ root: host.root, label, onToggle }) : null;
  const unmount = renderPanel({ model, root: host.root });
  const undo = effect(() => {
    drawn?.setOpen(model.isOpen.value);
    drawn?.setUnread(model.unread.value);
  });
  return () => {
    undo();
    drawn?.dispose();
    unmount();
    host.remove();
  };
}
