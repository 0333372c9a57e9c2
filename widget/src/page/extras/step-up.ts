import { derived, type ReadonlySignal, signal } from '../../reactive/signal.ts';
import type { StepUpState } from '../../ui/extras/extras-model.ts';
import { withLimit } from '../../identity/vault.ts';
import type { ExtrasOptions } from './watch-extras.ts';

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

export function createStepUp({ panel: { people }, transport }: ExtrasOptions): StepUp {
  const progress = signal<Progress | null>(null);
  // A call that waits again after it was confirmed: that sign-in was not recent or strong enough.
  const confirmed = new Set<string>();
  const waiting = () => people.visit.value.conversation.value?.interrupt.value ?? null;
  const state = derived((): StepUpState | null => {
    const interrupt = waiting();
    if (interrupt === null) return null;
    const { isBusy, hasFailed } = progress.value?.interruptId === interrupt.id ? progress.value : IDLE;
    return { interrupt, isBusy, hasFailed: hasFailed || (!isBusy && confirmed.has(interrupt.toolCallId)) };
  });
  const confirm = async ({ interrupt }: StepUpState): Promise<void> => {
    const visit = people.visit.peek();
    const conversation = visit.conversation.peek();
    const interruptId = interrupt.id;
    const isHere = (): boolean => progress.peek()?.interruptId === interruptId && people.visit.peek() === visit;
    progress.value = { interruptId, isBusy: true, hasFailed: false };
    try {
      const { max_age: maxAge, acr_values: acrValues } = interrupt.metadata;
      const stepUp = { maxAge, ...(acrValues?.length && { acrValues }) };
      const asked = Promise.resolve(people.current().getIdentityToken?.({ stepUp }));
      const token = await withLimit(asked, SIGN_IN_LIMIT_MS, transport.clock);
      if (typeof token !== 'string') throw new TypeError('An identity token is a text.');
      await visit.session.signIn(token);
      // Cancelled meanwhile, or signed in as somebody else: then nothing goes on in their name.
      if (!isHere()) return;
      confirmed.add(interrupt.toolCallId);
      conversation?.resume({ interruptId, status: 'resolved' });
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
      if (interruptId !== undefined) people.visit.peek().conversation.peek()?.resume({ interruptId, status: 'cancelled' });
    },
  };
}

const IDLE = { isBusy: false, hasFailed: false };
