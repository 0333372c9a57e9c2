import { effect, onEnd } from '../../reactive/signal.ts';
import type { Panel } from '../panel.ts';
import type { Parts } from '../parts.ts';
import type { Visit } from '../visit.ts';

export interface ExtrasOptions extends Parts {
  readonly panel: Panel;
}

/**
 * In the vault, as long as this browser's key has an anonymous conversation that nobody has taken over: the time, in
 * seconds since 1970, from which the visitor may be asked about it.
 */
export const ASK_AFTER = 'askAfter';
const LOCAL = /^(localhost|127\.|\[::1\])/;

/** Loads what only some visitors see, once one of them is here. */
export function watchExtras(options: ExtrasOptions): void {
  const { isOpen, panel, settings, vault } = options;
  const isDevelopment = settings.config.peek().debug || LOCAL.test(location.hostname);
  let noted: Visit | null = null;
  let stop: (() => void) | null = null;
  let isLoading = false;
  let isDown = false;
  const load = async (): Promise<void> => {
    isLoading = true;
    try {
      const { startExtras } = await import('./start-extras.ts');
      if (!isDown) stop = startExtras(options);
    } catch {
      // Offline just now: whatever changes next tries again.
      isLoading = false;
    }
  };
  effect(() => {
    const visit = panel.people.visit.value;
    const kind = visit.grant.value?.instance.kind;
    const conversation = visit.conversation.value;
    const isKept = visit.key.value?.storage === 'durable';
    if (kind === 'anonymous' && isKept && conversation?.messages.value.length && noted !== visit) {
      noted = visit;
      vault.update(ASK_AFTER, (old) => old ?? 0).catch(() => undefined);
    }
    const isWanted = kind === 'verified' || kind === 'shared' || conversation?.interrupt.value || (isOpen.value && isDevelopment);
    if (isWanted && !isLoading) void load();
  });
  onEnd(() => {
    isDown = true;
    stop?.();
  });
}
