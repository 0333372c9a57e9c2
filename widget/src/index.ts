import type { WidgetOptions } from './config/config.ts';
import { createEvents, type EventDetails, type EventName } from './page/events.ts';
import { COMMANDS, type Command, type Widget } from './page/widget.ts';

export type { IdentityTokenSource, Mode, WidgetOptions } from './config/config.ts';
export type { EventDetails, EventName } from './page/events.ts';

export interface FamiliarWidget extends Omit<Widget, 'shutdown'> {
  /** Listens; returns its undo. */
  on<Name extends EventName>(name: Name, listener: (detail: EventDetails[Name]) => void): () => void;
  once<Name extends EventName>(name: Name, listener: (detail: EventDetails[Name]) => void): () => void;
  off<Name extends EventName>(name: Name, listener: (detail: EventDetails[Name]) => void): void;
  /** Takes every trace off the page. Safe to call twice, and before the widget has loaded. */
  destroy(): void;
}

/**
 * Puts a chat widget on the page. Its code is fetched as a chunk of its own; what is called meanwhile is done in order.
 * Settings as in contract §8; `agent`, `embedKey` and `baseUrl` are needed. Never throws: what is wrong warns in the
 * console with its mend; where the code cannot be fetched, `error` tells. On a server it does nothing.
 */
export function createWidget(options: WidgetOptions): FamiliarWidget {
  const events = createEvents();
  const waiting: ((widget: Widget) => void)[] = [];
  let widget: Widget | null = null;
  let isDown = false;

  const load = async (): Promise<void> => {
    const [{ mount }, { createLauncher }] = await Promise.all([import('./mount.ts'), import('./ui/launcher.ts')]);
    if (isDown) return;
    widget = mount({ sources: [options], events, launcher: createLauncher });
    if (widget === null) return;
    events.emit('ready', null);
    for (const run of waiting.splice(0)) run(widget);
  };
  if (typeof document === 'object') load().catch(() => events.emit('error', { code: 'network_error', mend: 'retry' }));

  const give = (run: (widget: Widget) => void): void => {
    if (isDown) return;
    if (widget === null) waiting.push(run);
    else run(widget);
  };
  const commands = Object.fromEntries(
    COMMANDS.filter((name) => name !== 'shutdown').map((name: Command) => [name, (detail?: unknown) => give((to) => to[name](detail))]),
  ) as unknown as Omit<Widget, 'shutdown'>;
  return {
    ...commands,
    on: (name, listener) => events.on(name, listener as (detail: unknown) => void),
    once: (name, listener) => events.once(name, listener as (detail: unknown) => void),
    off: (name, listener) => events.off(name, listener as (detail: unknown) => void),
    destroy() {
      if (isDown) return;
      isDown = true;
      widget?.shutdown();
      waiting.length = 0;
    },
  };
}
