import { type ReadonlySignal, signal } from '../reactive/signal.ts';
import { type BrowserKey, isCurrentKey, loadBrowserKey } from '../identity/browser-key.ts';
import type { VisitOptions } from './visit.ts';

/** The browser's key of one visit. */
export interface Keyring {
  readonly key: ReadonlySignal<BrowserKey | null>;
  /** Once, after the wipe of the person before. */
  load(person: string | null): Promise<BrowserKey>;
  /** Keeps the key in this browser. False where it has another already. */
  keep(): Promise<boolean>;
  isCurrent(): Promise<boolean>;
}

export function createKeyring({ after, config, events, identity, onOther, transport, vault }: VisitOptions): Keyring {
  const key = signal<BrowserKey | null>(null);
  const { agent, consent, sharedDevice } = config();
  const isEphemeral = identity().level === 'ephemeral';
  const common = { agent, vault, clock: transport.clock, onOther };
  let once: Promise<BrowserKey> | null = null;
  const find = async (person: string | null): Promise<BrowserKey> => {
    await after;
    const found = await loadBrowserKey({ ...common, person, isMemoryOnly: isEphemeral || sharedDevice || consent === 'pending' });
    key.value = isEphemeral ? { ...found, storage: 'none' } : found;
    if (found.kind === 'secret' || found.storage === 'none')
      events.emit('identitydegraded', { storage: found.storage, binding: found.kind === 'key' ? 'dpop' : 'bearer' });
    return found;
  };
  return {
    key,
    load: async (person) => (once ??= find(person)),
    async keep() {
      const held = key.peek();
      if (held?.kind !== 'key' || isEphemeral || sharedDevice) return held === null || isEphemeral || sharedDevice;
      const kept = await loadBrowserKey({ ...common, isMemoryOnly: false, pair: held.pair });
      if (kept.kind !== 'key' || kept.pair.privateKey !== held.pair.privateKey) return false;
      once = Promise.resolve((key.value = kept));
      return true;
    },
    async isCurrent() {
      const held = key.peek();
      return held === null || isCurrentKey(held, agent, vault);
    },
  };
}
