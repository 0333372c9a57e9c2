import { computed, type ReadonlySignal, signal } from '@preact/signals';
import type { Config } from '../config/config.ts';
import { type ConfigSources, parseConfig } from '../config/parse-config.ts';
import type { Warn } from '../config/warn.ts';

/** The settings in force. Server and page may change them while the widget stands. */
export interface Settings {
  readonly config: ReadonlySignal<Config>;
  /** What the server says about looks; weaker than whatever the page says. */
  setServer(layer: unknown): void;
  /** `update` and a late `init`: only what can change in place. */
  update(changes: unknown): void;
}

const CHANGEABLE = new Set(['theme', 'texts', 'locale', 'context', 'consent']);

/** Null, with a warning, where a setting is missing without which nothing can start. */
export function createSettings(sources: ConfigSources, warn: Warn): Settings | null {
  const first = parseConfig(sources, warn);
  if (first === null) return null;
  const server = signal<unknown>(null);
  const updates = signal<readonly unknown[]>([]);
  const config = computed(() => {
    const base = parseConfig({ ...sources, server: server.value }, () => undefined) ?? first;
    // Each update is merged over all before it, by the same parser.
    return updates.value.reduce<Config>(
      (config, change) => parseConfig({ defaults: config, init: change }, () => undefined) ?? config,
      base,
    );
  });
  return {
    config,
    setServer: (layer) => (server.value = layer),
    update(changes) {
      if (typeof changes !== 'object' || changes === null) return warn('update takes an object of settings; ignored.');
      const entries = Object.entries(changes);
      for (const [name] of entries) {
        if (!CHANGEABLE.has(name)) warn(`Setting "${name.slice(0, 40)}" cannot change in place; ignored. For another user call identify.`);
      }
      const change = Object.fromEntries(entries.filter(([name]) => CHANGEABLE.has(name)));
      parseConfig({ defaults: config.peek(), init: change }, warn);
      updates.value = [...updates.value, change];
    },
  };
}
