import { onEnd } from '../reactive/signal.ts';
import { watchIdle } from './idle.ts';
import type { Panel } from './panel.ts';
import type { Parts } from './parts.ts';

/**
 * Follows whether the page is seen. One that comes back from the back/forward cache or wakes up is blank until it is clear
 * that nobody else took over this browser meanwhile.
 */
export function followPresence({ settings, clock, tabs }: Parts, { people, model }: Panel, veil: (isVeiled: boolean) => void): void {
  const { idleMinutes, mode, sharedDevice } = settings.peek();
  const checkIdle =
    sharedDevice &&
    watchIdle(idleMinutes * 60_000, clock, () => {
      people.logout();
      if (mode === 'launcher') model.close();
    });
  let wakes = 0;
  const wake = async (isBack: boolean): Promise<void> => {
    wakes += 1;
    const mine = wakes;
    if (checkIdle) checkIdle();
    await people.wake(isBack);
    if (mine === wakes) veil(false);
  };
  const onChange = ({ type, persisted }: Partial<PageTransitionEvent>): void => {
    const isLeaving = type === 'pagehide';
    const isBack = type === 'pageshow';
    // Hidden already, so that what was there is not the first thing to be seen.
    if (isLeaving || (!isBack && document.visibilityState === 'hidden')) veil(true);
    else if (!isBack || persisted) {
      if (isBack) tabs.setListening(true);
      void wake(isBack);
    }
    if (!isLeaving) return;
    const visit = people.visit.peek();
    if (visit.isPrivate()) visit.end(false);
    // An open channel may keep the page out of the cache.
    tabs.setListening(false);
  };
  const listening = new AbortController();
  for (const type of ['pagehide', 'pageshow', 'visibilitychange'])
    addEventListener(type, onChange, { capture: true, signal: listening.signal });
  onEnd(() => {
    listening.abort();
    tabs.setListening(false);
  });
}
