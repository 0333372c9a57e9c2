import type { Signal } from '../reactive/signal.ts';
import type { Warn } from '../config/warn.ts';
import type { Tabs } from '../identity/tabs.ts';
import type { Vault } from '../identity/vault.ts';
import type { Transport } from '../session/transport.ts';
import type { WidgetEvents } from './events.ts';
import type { Settings } from './settings.ts';

/** What one widget is made of; `mount.ts` makes each of them once. */
export interface Parts {
  readonly settings: Settings;
  readonly transport: Transport;
  readonly events: WidgetEvents;
  readonly warn: Warn;
  readonly tabs: Tabs;
  readonly vault: Vault;
  readonly isOpen: Signal<boolean>;
}
