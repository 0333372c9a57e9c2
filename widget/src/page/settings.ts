import { type ReadonlySignal, signal } from '../reactive/signal.ts';
import type { Config } from '../config/config.ts';
import { isComplete, parseConfig } from '../config/parse-config.ts';
import type { Warn } from '../config/warn.ts';

/** The settings in force. Server and page may change them while the widget stands. */
export interface Settings {
  readonly config: ReadonlySignal<Config>;
  /** What the server says about looks; weaker than whatever the page says. */
  setServer(layer: unknown): void;
  /** `update` and a late `init`: only what can change in place. */
  update(changes: unknown): void;
}

/** Where settings come from; later wins (contract §8). Nothing in them is trusted. */
export interface ConfigSources {
  readonly defaults?: unknown;
  readonly attributes?: unknown;
  readonly init?: unknown;
}

const CHANGEABLE = /^(theme|texts|locale|context|consent)$/;

/** Null, with a warning, where a setting is missing without which nothing can start. */
export function createSettings({ defaults, attributes, init }: ConfigSources, warn: Warn): Settings | null {
  if (!isComplete(parseConfig([defaults, attributes, init], warn))) {
    warn('missing-settings');
    return null;
  }
  const updates: unknown[] = [];
  let server: unknown = null;
  const parse = (): Config => parseConfig([defaults, server, attributes, init, ...updates], () => undefined);
  const config = signal(parse());
  return {
    config,
    setServer(layer) {
      server = layer;
      config.value = parse();
    },
    update(changes) {
      if (typeof changes !== 'object' || changes === null) return warn('not-settings');
      const entries = Object.entries(changes).filter(([name]) => CHANGEABLE.test(name) || warn('unchangeable', name));
      const change = Object.fromEntries(entries);
      parseConfig([change], warn);
      updates.push(change);
      config.value = parse();
    },
  };
}
