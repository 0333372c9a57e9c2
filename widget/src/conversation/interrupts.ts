import { type ReadonlySignal, signal } from '../reactive/signal.ts';
import type { Interrupt, ResumeEntry } from '@familiar/protocol';

/** The interrupts of the last run, answered one after the other; the next run takes all the answers. */
export interface Interrupts {
  readonly first: ReadonlySignal<Interrupt | null>;
  open(interrupts: readonly Interrupt[]): void;
  /** The answers did not arrive: from the first one again. Nothing after the next `open`. */
  readonly reopen: () => void;
  /** All answers with the last one; null before. */
  answer(entry: ResumeEntry): readonly ResumeEntry[] | null;
}

export function createInterrupts(): Interrupts {
  const first = signal<Interrupt | null>(null);
  let waiting: readonly Interrupt[] = [];
  let given: readonly ResumeEntry[] = [];
  const reopen = (): void => {
    given = [];
    first.value = waiting[0] ?? null;
  };
  return {
    first,
    open(interrupts) {
      waiting = interrupts;
      reopen();
    },
    reopen,
    answer(entry) {
      if (first.value?.id !== entry.interruptId) return null;
      given = [...given, entry];
      first.value = waiting[given.length] ?? null;
      return first.value === null ? given : null;
    },
  };
}
