import { onEnd, scope, signal } from './reactive/signal.ts';
import { type Clock, systemClock } from './config/clock.ts';
import { parseConfig } from './config/parse-config.ts';
import { type Warn, warnInConsole } from './config/warn.ts';
import { openTabs } from './identity/tabs.ts';
import { openVault } from './identity/vault.ts';
import { createActions } from './page/actions.ts';
import type { WidgetEvents } from './page/events.ts';
import { watchExtras } from './page/extras/watch-extras.ts';
import { createPanel } from './page/panel.ts';
import { followPresence } from './page/presence.ts';
import type { Widget } from './page/widget.ts';
import type { DrawLauncher } from './ui/launcher.ts';
import { showState } from './ui/launcher-state.ts';
import { renderPanel } from './ui/panel.ts';

export interface MountOptions {
  /** Where settings come from; later wins (contract §8). Nothing in them is trusted. */
  readonly sources: readonly unknown[];
  readonly events: WidgetEvents;
  /** Draws the launcher where the mode wants one, or gives the one that is on the page already. */
  readonly launcher: DrawLauncher;
  readonly warn?: Warn;
  /** Replace the network and the time in tests. */
  readonly fetch?: typeof fetch;
  readonly clock?: Clock;
}

/**
 * Puts a widget on the page: wires the rooms, draws launcher and panel. Null, with a warning, where a setting is missing.
 * Nothing is fetched or stored before it is opened; `inline` and `page` are open from the start.
 */
export function mount({
  clock = systemClock,
  events,
  fetch = globalThis.fetch,
  launcher,
  sources,
  warn = warnInConsole,
}: MountOptions): Widget | null {
  const settings = signal(parseConfig(sources, warn));
  const { agent, baseUrl, container, embedKey, mode } = settings.peek();
  if (!(agent && baseUrl && embedKey)) {
    warn('init');
    return null;
  }
  const transport = { baseUrl, clock, fetch };
  const [widget, shutdown] = scope(() => {
    const [tabs, vault] = [openTabs(agent), openVault(agent, clock)];
    const parts = { agent, settings, clock, random: Math.random, events, warn, transport, tabs, vault, isOpen: signal(false) };
    const panel = createPanel(parts);
    const actions = createActions(panel);
    const host = document.createElement('familiar-widget');
    // Read as an element, or refused with a warning.
    ((mode !== 'launcher' && (container as Element | null)) || document.body).append(host);
    onEnd(() => host.remove());
    const root = host.attachShadow({ mode: 'open' });
    renderPanel({ model: panel.model, root });
    if (mode === 'launcher') showState(launcher({ root, onToggle: actions.toggle }), panel.model);
    followPresence(panel, host);
    watchExtras(panel);
    onEnd(vault.close);
    // After the commands that the page has queued: an `identify` among them comes before any session.
    if (mode !== 'launcher') queueMicrotask(() => host.parentNode && actions.open());
    return actions;
  });
  return { ...widget, shutdown };
}
