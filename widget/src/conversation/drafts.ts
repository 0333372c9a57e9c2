import type { MintResponse } from '@familiar/protocol';
import { list, members, must, or, text } from '../config/own.ts';
import type { Vault } from '../identity/vault.ts';
import { maybe } from '../stream/parse-message.ts';

/** A message that the server is not known to have: posted again under the same ids, it is taken once (contract §7). */
export interface Unsent {
  readonly runId: string;
  readonly id: string;
  readonly text: string;
  /** Null before the server has learnt of the session. */
  readonly sessionId: string | null;
  /** Milliseconds since 1970. */
  readonly at: number;
}

export interface Kept {
  /** In the composer. */
  readonly draft: string;
  readonly outbox: readonly Unsent[];
}

/** What was typed and what waits to be sent, kept under the identity and instance that wrote it and wiped with it. */
export interface Drafts {
  /** The draft, and what was never sent into this session. */
  load(sessionId: string | null): Promise<Kept>;
  /** At once, one after the other; over when it is kept. What other tabs have in the outbox stays there. Never rejects. */
  save(kept: Kept): Promise<void>;
  /** Forgets what is kept: the identity is over. */
  discard(): void;
}

const OUTBOX_LIMIT = 20;
const OUTBOX_MS = 24 * 3_600_000;

const recent = must<number>((at) => Date.now() - Number(at) < OUTBOX_MS);
const readKept = members<Kept>({
  draft: or(text, ''),
  outbox: list(members<Unsent>({ runId: text, id: text, text, sessionId: maybe, at: recent })),
});

export function createDrafts(vault: Vault, { participant, instance }: Pick<MintResponse, 'participant' | 'instance'>): Drafts {
  // JSON of the parts: no two owners share a key, whatever their ids contain.
  const key = `draft:${JSON.stringify([participant.level, participant.id, instance.id])}`;
  const mine = new Set<string>();
  const ignore = (): void => {
    // What cannot be kept is still on the screen; and there is nothing to forget.
  };
  return {
    async load(wanted) {
      const { draft, outbox } = readKept(await vault.get(key).catch(ignore));
      const ours = outbox.filter(({ sessionId }) => (sessionId ?? wanted) === wanted);
      for (const { id } of ours) mine.add(id);
      return { draft, outbox: ours };
    },
    async save({ draft, outbox }) {
      for (const { id } of outbox) mine.add(id);
      const merge = (old: unknown): Kept => ({
        draft,
        outbox: [...readKept(old).outbox.filter(({ id }) => !mine.has(id)), ...readKept({ outbox }).outbox].slice(-OUTBOX_LIMIT),
      });
      await vault.update(key, merge).catch(ignore);
    },
    discard: () => void vault.remove(key).catch(ignore),
  };
}
