import { onEnd } from '../reactive/signal.ts';
import type { Panel } from './panel.ts';
import type { Parts } from './parts.ts';

const CHECK_MS = 1_000;

/**
 * Follows whether the page is seen. One that comes back from the back/forward cache or wakes up is blank until it is clear
 * that nobody else took over this browser meanwhile.
 */
export function followPresence(parts: Parts, { people, model }: Panel, { style }: HTMLElement): void {
  const { settings, tabs } = parts;
  const { mode, sharedDevice } = settings.peek();
  const veil = (opacity: string): void => style.setProperty('opacity', opacity, 'important');
  const onIdle = (): void => {
    people.logout();
    if (mode === 'launcher') model.close();
  };
  const checkIdle = sharedDevice && watchIdle(parts, onIdle);
  let wakes = 0;
  const wake = async (isBack: boolean): Promise<void> => {
    wakes += 1;
    const mine = wakes;
    if (checkIdle) checkIdle();
    await people.wake(isBack);
    if (mine === wakes) veil('');
  };
  listen(['pagehide', 'pageshow', 'visibilitychange'], ({ type, persisted }) => {
    const isLeaving = type === 'pagehide';
    const isBack = type === 'pageshow';
    // Hidden already, so that what was there is not the first thing to be seen. It keeps the focus.
    if (isLeaving || (!isBack && document.visibilityState === 'hidden')) veil('0');
    else if (!isBack || persisted) {
      if (isBack) tabs.setListening(true);
      void wake(isBack);
    }
    if (!isLeaving) return;
    const visit = people.visit.peek();
    if (visit.isPrivate()) visit.end(false);
    // An open channel may keep the page out of the cache.
    tabs.setListening(false);
  });
  onEnd(() => tabs.setListening(false));
}

/** Calls `onIdle` when nobody has touched the page of a shared device for so long. Returns what looks at once. */
function watchIdle({ clock, settings }: Parts, onIdle: () => void): () => void {
  // The wall clock: the other one, and timers, may stand still while the device sleeps.
  let seenAt = clock.unixSeconds();
  let cancel = (): void => undefined;
  const check = (): void => {
    const now = clock.unixSeconds();
    cancel();
    cancel = clock.after(CHECK_MS, check);
    if (now - seenAt < settings.peek().idleMinutes * 60) return;
    seenAt = now;
    onIdle();
  };
  listen(['pointerdown', 'keydown'], () => {
    check();
    seenAt = clock.unixSeconds();
  });
  check();
  onEnd(() => cancel());
  return check;
}

function listen(types: readonly string[], heard: (event: Partial<PageTransitionEvent>) => void): void {
  const listening = new AbortController();
  for (const type of types) addEventListener(type, heard, { capture: true, signal: listening.signal });
  onEnd(() => listening.abort());
}
