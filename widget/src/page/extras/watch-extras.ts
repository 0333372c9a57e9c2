import { effect, signal } from '../../reactive/signal.ts';
import type { Panel } from '../panel.ts';

/**
 * In the vault, as long as this browser's key has an anonymous conversation that nobody has taken over: the time, in
 * seconds since 1970, from which the visitor may be asked about it.
 */
export const ASK_AFTER = 'askAfter';
type StartExtras = typeof import('./start-extras.ts').startExtras;

const LOCAL = /^(localhost|127\.|\[::1\])/;

/** Loads what only some visitors see, once one of them is here. */
export function watchExtras(options: Panel): void {
  const { isOpen, people, settings, vault } = options;
  const isDevelopment = settings.peek().debug || LOCAL.test(location.hostname);
  const start = signal<StartExtras | null>(null);
  // What they begin ends with this effect.
  effect(() => start.value?.(options));
  effect(() => {
    const { conversation, grant, key } = people.visit.value;
    const kind = grant.value?.instance.kind;
    const shown = conversation.value;
    if (kind === 'anonymous' && key.value?.storage === 'durable' && shown?.messages.value.length)
      vault.update(ASK_AFTER, (old) => old ?? 0).catch(() => undefined);
    if (kind === 'verified' || kind === 'shared' || shown?.interrupts.value.length || (isOpen.value && isDevelopment))
      void import('./start-extras.ts').then(
        ({ startExtras }) => (start.value = startExtras),
        // Offline just now: whatever changes next tries again.
        () => undefined,
      );
  });
}
