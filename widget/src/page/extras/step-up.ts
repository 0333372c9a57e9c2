import type { Interrupt, ResumeEntry } from '@familiar/protocol';
import type { Clock } from '../../config/clock.ts';
import type { Identity } from '../../identity/identity.ts';
import { derived, type ReadonlySignal, signal } from '../../reactive/signal.ts';
import type { StepUpState } from '../../ui/extras/extras-model.ts';
import { withLimit } from '../../identity/vault.ts';
import { readInterrupts } from './read-interrupts.ts';
import type { Panel } from '../panel.ts';

/** The way from "confirm it's you" through the page's own sign-in back into the run that waits. */
export interface StepUp {
  readonly stepUp: ReadonlySignal<StepUpState | null>;
  confirm(): void;
  cancel(): void;
}

interface Progress {
  readonly interruptId: string;
  readonly isBusy: boolean;
  readonly hasFailed: boolean;
}

/** Somebody types a password, or looks for their phone. */
const SIGN_IN_LIMIT_MS = 300_000;

export function createStepUp({ people, transport }: Panel): StepUp {
  const progress = signal<Progress | null>(null);
  // A call that waits again after it was confirmed: that sign-in was not recent or strong enough.
  const confirmed = new Set<string>();
  // A run goes on with the answers to all that it waits for; the visitor gives one after the other.
  const given = signal<readonly ResumeEntry[]>([]);
  const state = derived((): StepUpState | null => {
    const waiting = readInterrupts(people.visit.value.conversation.value?.interrupts.value);
    const interrupt = waiting.find(({ id }) => !given.value.some(({ interruptId }) => interruptId === id));
    if (interrupt === undefined) return null;
    const { isBusy, hasFailed } = progress.value?.interruptId === interrupt.id ? progress.value : IDLE;
    return { interrupt, isBusy, hasFailed: hasFailed || (!isBusy && confirmed.has(interrupt.toolCallId)) };
  });
  const answer = (entry: ResumeEntry): void => {
    const conversation = people.visit.peek().conversation.peek();
    const waiting = readInterrupts(conversation?.interrupts.peek());
    if (state.peek()?.interrupt.id !== entry.interruptId) return;
    const entries = [...given.peek(), entry].filter(({ interruptId }) => waiting.some(({ id }) => id === interruptId));
    const isAll = entries.length === waiting.length;
    if (isAll) conversation?.resume(entries);
    given.value = isAll ? [] : entries;
  };
  const confirm = async ({ interrupt }: StepUpState): Promise<void> => {
    const visit = people.visit.peek();
    const interruptId = interrupt.id;
    const isHere = (): boolean => progress.peek()?.interruptId === interruptId && people.visit.peek() === visit;
    progress.value = { interruptId, isBusy: true, hasFailed: false };
    try {
      await visit.session.signIn(await askAgain(people.identity, interrupt, transport.clock));
      // Cancelled meanwhile, or signed in as somebody else: then nothing goes on in their name.
      if (!isHere()) return;
      confirmed.add(interrupt.toolCallId);
      answer({ interruptId, status: 'resolved' });
    } catch {
      // The card stays and says so; what the page's function threw is not for the visitor.
      if (isHere()) progress.value = { interruptId, isBusy: false, hasFailed: true };
    }
  };
  return {
    stepUp: state,
    confirm() {
      const now = state.peek();
      if (now !== null && !now.isBusy) void confirm(now);
    },
    cancel() {
      const interruptId = state.peek()?.interrupt.id;
      progress.value = null;
      if (interruptId !== undefined) answer({ interruptId, status: 'cancelled' });
    },
  };
}

/** An identity token of a fresh sign-in. Throws whatever the page's function throws, and where it gives none. */
async function askAgain({ getIdentityToken }: Identity, { metadata }: Interrupt, clock: Clock): Promise<string> {
  const { max_age: maxAge, acr_values: acrValues } = metadata;
  const stepUp = { maxAge, ...(acrValues?.length && { acrValues }) };
  const token = await withLimit(Promise.resolve(getIdentityToken?.({ stepUp })), SIGN_IN_LIMIT_MS, clock);
  if (typeof token !== 'string') throw new TypeError('An identity token is a text.');
  return token;
}

const IDLE = { isBusy: false, hasFailed: false };
