import { type ReadonlySignal, signal } from '@preact/signals';
import type { Interrupt, ResumeEntry } from '@familiar/protocol';

/** The interrupts of the last run, answered one after the other; the next run takes all the answers. */
export interface Interrupts {
  readonly first: ReadonlySignal<Interrupt | null>;
  open(interrupts: readonly Interrupt[]): void;
  /** All answers with the last one; null before. */
  answer(entry: ResumeEntry): readonly ResumeEntry[] | null;
}

export function createInterrupts(): Interrupts {
  const first = signal<Interrupt | null>(null);
  let waiting: readonly Interrupt[] = [];
  let given: readonly ResumeEntry[] = [];
  return {
    first,
    open(interrupts) {
      [waiting, given] = [interrupts, []];
      first.value = waiting[0] ?? null;
    },
    answer(entry) {
      if (first.value?.id !== entry.interruptId) return null;
      given = [...given, entry];
      first.value = waiting[given.length] ?? null;
      return first.value === null ? given : null;
    },
  };
}
