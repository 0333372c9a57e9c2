import type { Clock } from '../config/clock.ts';

/** Watches a shared device: calls `onIdle` when nobody has touched the page for `limitMs`. */
export interface IdleWatch {
  /** Looks at once: timers sleep with the device. */
  check(): void;
  dispose(): void;
}

const SIGNS = ['pointerdown', 'keydown'] as const;

export function watchIdle(limitMs: number, clock: Clock, onIdle: () => void): IdleWatch {
  // The wall clock: the other one may stand still while the device sleeps.
  let lastSeen = clock.unixSeconds();
  let cancel = (): void => undefined;
  const wait = (delayMs: number): void => {
    cancel();
    cancel = clock.after(delayMs, check);
  };
  const onSign = (): void => {
    check();
    lastSeen = clock.unixSeconds();
  };
  const check = (): void => {
    const leftMs = limitMs - (clock.unixSeconds() - lastSeen) * 1_000;
    if (leftMs <= 0) {
      lastSeen = clock.unixSeconds();
      onIdle();
    }
    wait(leftMs > 0 ? leftMs : limitMs);
  };
  for (const sign of SIGNS) addEventListener(sign, onSign, { capture: true, passive: true });
  wait(limitMs);
  return {
    check,
    dispose() {
      cancel();
      for (const sign of SIGNS) removeEventListener(sign, onSign, { capture: true });
    },
  };
}
