import { onEnd } from '../reactive/signal.ts';
import { listen } from './listen.ts';
import type { Panel } from './panel.ts';
import type { Parts } from './parts.ts';

const CHECK_MS = 1_000;

/**
 * Follows whether the page is seen. One that comes back from the back/forward cache or wakes up is blank until it is clear
 * that nobody else took over this browser meanwhile.
 */
export function followPresence(panel: Panel, { style }: HTMLElement): void {
  const { model, people, settings, tabs } = panel;
  const { mode, sharedDevice } = settings.peek();
  const veil = (opacity: string): void => style.setProperty('opacity', opacity, 'important');
  const onIdle = (): void => {
    people.logout();
    if (mode === 'launcher') model.close();
  };
  // Looks first, before anybody who comes back is shown anything.
  if (sharedDevice) watchIdle(panel, onIdle);
  let isAway = false;
  let latest: Event;
  listen(['pagehide', 'pageshow', 'visibilitychange'], async (event) => {
    // The page is shown for the first time.
    if (!isAway && event.type === 'pageshow') return;
    latest = event;
    // At once, so that what was there is not the first thing to be seen later. It keeps the focus.
    veil('0');
    if (event.type === 'pagehide') {
      isAway = true;
      // An open channel may keep the page out of the cache.
      tabs.setListening(false);
      const visit = people.visit.peek();
      if (visit.isPrivate()) visit.end(false);
      return;
    }
    const isSeen = document.visibilityState !== 'hidden';
    // Back in the background, it may be told to sign out, and the others must hear of that.
    if (isAway && (isSeen || event.type === 'pageshow')) tabs.setListening(true);
    if (!isSeen) return;
    const isBack = isAway;
    isAway = false;
    await people.wake(isBack);
    if (latest === event) veil('');
  });
  onEnd(() => tabs.setListening(false));
}

/** Calls `onIdle` when nobody has touched the page of a shared device for so long. */
function watchIdle({ clock, settings }: Parts, onIdle: () => void): void {
  // The wall clock: the other one, and timers, may stand still while the device sleeps.
  let seenAt = clock.unixSeconds();
  let cancel: () => void;
  const check = (): void => {
    const now = clock.unixSeconds();
    if (now - seenAt < settings.peek().idleMinutes * 60) return;
    seenAt = now;
    onIdle();
  };
  const checkAgain = (): void => {
    cancel = clock.after(CHECK_MS, checkAgain);
    check();
  };
  listen(['pageshow', 'visibilitychange'], check);
  listen(['pointerdown', 'keydown'], () => {
    check();
    seenAt = clock.unixSeconds();
  });
  checkAgain();
  onEnd(() => cancel());
}
