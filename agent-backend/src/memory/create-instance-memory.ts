import type { Participant } from '@familiar/protocol';
import type { Scope } from '../identity/principal.ts';
import type { Store } from '../store/store.ts';
import { forgetFact, listFacts, storeFact } from './facts.ts';
import type { InstanceMemory } from './instance-memory.ts';
import { rankFacts } from './recall.ts';

/** Where what is remembered comes from: the message that is being answered. */
export interface MemorySource {
  readonly session: string | null;
  readonly message: string | null;
  readonly participant: Participant | null;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** The memory of one instance, for one turn: it reaches nothing outside `scope`. Rejects with `MemoryError` and `StoreError`. */
export function createInstanceMemory(store: Store, scope: Scope, source: MemorySource): InstanceMemory {
  return {
    async list() {
      return (await listFacts(store, scope)).map(({ id, text }) => ({ id, text }));
    },
    remember: (text) => store.transaction((tx) => storeFact(tx, scope, { ...source, text })),
    async recall(query, limit = 8) {
      const facts = await listFacts(store, scope);
      const texts = facts.map(({ text }) => text);
      return rankFacts(texts, query).slice(0, Math.max(0, limit));
    },
    forget: (id) => forgetFact(store, scope, id),
  };
}
