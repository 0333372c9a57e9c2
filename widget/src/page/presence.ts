import type { Clock } from '../config/clock.ts';
import { watchIdle } from './idle.ts';
import type { Panel } from './panel.ts';

export interface PresenceOptions {
  readonly panel: Panel;
  readonly clock: Clock;
  /** On a shared device: idle time until everything is wiped; null elsewhere. */
  readonly idleMs: number | null;
  readonly veil: (isVeiled: boolean) => void;
}

/**
 * Follows whether the page is seen. One that comes back from the back/forward cache or wakes up is blank until it is clear
 * that nobody else took over this browser meanwhile. Returns its undo.
 */
export function followPresence({ panel: { people, tabs, model }, clock, idleMs, veil }: PresenceOptions): () => void {
  let wakes = 0;
  const idle =
    idleMs === null
      ? null
      : watchIdle(idleMs, clock, () => {
          people.logout();
          if (model.mode === 'launcher') model.close();
        });
  const wake = async (isBack: boolean): Promise<void> => {
    wakes += 1;
    const mine = wakes;
    idle?.check();
    await people.wake(isBack);
    if (mine === wakes) veil(false);
  };
  const onVisible = (): void => {
    // Hidden already, so that what was there is not the first thing to be seen.
    if (document.visibilityState === 'hidden') veil(true);
    else void wake(false);
  };
  const onHide = (): void => {
    veil(true);
    people.hide();
    // An open channel may keep the page out of the cache.
    tabs.setListening(false);
  };
  const onShow = ({ persisted }: PageTransitionEvent): void => {
    if (!persisted) return;
    tabs.setListening(true);
    void wake(true);
  };
  document.addEventListener('visibilitychange', onVisible);
  addEventListener('pagehide', onHide);
  addEventListener('pageshow', onShow);
  return () => {
    document.removeEventListener('visibilitychange', onVisible);
    removeEventListener('pagehide', onHide);
    removeEventListener('pageshow', onShow);
    idle?.dispose();
    tabs.setListening(false);
  };
}
