import type { Clock } from '../config/clock.ts';
import type { Config } from '../config/config.ts';
import type { Signal } from '../reactive/signal.ts';
import type { Warn } from '../config/warn.ts';
import type { Tabs } from '../identity/tabs.ts';
import type { Vault } from '../identity/vault.ts';
import type { Transport } from '../session/transport.ts';
import type { WidgetEvents } from './events.ts';

/** What one widget is made of; `mount.ts` makes each of them once. */
export interface Parts {
  readonly agent: string;
  /** Those in force. Server and page may change them while the widget stands. */
  readonly settings: Signal<Config>;
  readonly transport: Transport;
  readonly clock: Clock;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly events: WidgetEvents;
  readonly warn: Warn;
  readonly tabs: Tabs;
  readonly vault: Vault;
  readonly isOpen: Signal<boolean>;
}
