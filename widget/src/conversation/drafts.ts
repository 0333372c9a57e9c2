import type { MintResponse } from '@familiar/protocol';
import type { Clock } from '../config/clock.ts';
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
  /** After a pause, or with the next `flush`. What other tabs have in the outbox stays there. */
  save(kept: Kept): void;
  /** Writes what waits to be written. Never rejects. */
  flush(): Promise<void>;
  /** Forgets what is kept: the identity is over. */
  discard(): void;
}

const PAUSE_MS = 300;
const MAX_CHARACTERS = 32_768;
const OUTBOX_LIMIT = 20;
const OUTBOX_MS = 24 * 3_600_000;

const NOTHING: Kept = { draft: '', outbox: [] };
const recent = must<number>((at) => Date.now() - Number(at) < OUTBOX_MS);
const readKept = or(
  members<Kept>({
    draft: text,
    outbox: list(members<Unsent>({ runId: text, id: text, text, sessionId: maybe, at: recent })),
  }),
  NOTHING,
);

export function createDrafts(
  vault: Vault,
  { participant, instance }: Pick<MintResponse, 'participant' | 'instance'>,
  clock: Clock,
): Drafts {
  // JSON of the parts: no two owners share a key, whatever their ids contain.
  const key = `draft:${JSON.stringify([participant.level, participant.id, instance.id])}`;
  const mine = new Set<string>();
  let waiting: Kept | null = null;
  let cancel = (): void => undefined;
  const flush = async (): Promise<void> => {
    cancel();
    if (waiting === null) return;
    const { draft, outbox } = waiting;
    waiting = null;
    for (const { id } of outbox) mine.add(id);
    const merge = (old: unknown): Kept => ({
      draft: draft.slice(0, MAX_CHARACTERS),
      outbox: [...readKept(old).outbox.filter(({ id }) => !mine.has(id)), ...outbox].slice(-OUTBOX_LIMIT),
    });
    await vault.update(key, merge).catch(() => {
      // What cannot be kept is still on the screen.
    });
  };
  return {
    async load(wanted) {
      // No storage, no draft.
      const { draft, outbox } = readKept(await vault.get(key).catch(() => null));
      const ours = outbox.filter(({ sessionId }) => (sessionId ?? wanted) === wanted);
      for (const { id } of ours) mine.add(id);
      return { draft, outbox: ours };
    },
    save(kept) {
      cancel();
      waiting = kept;
      cancel = clock.after(PAUSE_MS, () => void flush());
    },
    flush,
    discard() {
      cancel();
      waiting = null;
      vault.remove(key).catch(() => {
        // Nothing could be kept there either.
      });
    },
  };
}
