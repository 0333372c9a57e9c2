import { onEnd } from '../reactive/signal.ts';
import type { Clock } from '../config/clock.ts';

/**
 * Watches a shared device: calls `onIdle` when nobody has touched the page for `limitMs`. Returns what looks at once, for
 * timers sleep with the device.
 */
export function watchIdle(limitMs: number, clock: Clock, onIdle: () => void): () => void {
  // The wall clock: the other one may stand still while the device sleeps.
  let lastSeen = clock.unixSeconds();
  let cancel = (): void => undefined;
  const check = (): void => {
    const leftMs = limitMs - (clock.unixSeconds() - lastSeen) * 1_000;
    cancel();
    cancel = clock.after(leftMs > 0 ? leftMs : limitMs, check);
    if (leftMs > 0) return;
    lastSeen = clock.unixSeconds();
    onIdle();
  };
  const onSign = (): void => {
    check();
    lastSeen = clock.unixSeconds();
  };
  const listening = new AbortController();
  for (const sign of ['pointerdown', 'keydown']) addEventListener(sign, onSign, { capture: true, passive: true, signal: listening.signal });
  check();
  onEnd(() => {
    cancel();
    listening.abort();
  });
  return check;
}
