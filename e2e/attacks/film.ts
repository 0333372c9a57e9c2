import type { Page } from '@playwright/test';

/** What a tab showed from one frame on. */
export interface Frame {
  /** Milliseconds since 1970, to be compared over the tabs of one machine. */
  readonly at: number;
  /** The chat as it could be read; empty while there is none, or it is blank. */
  readonly shown: string;
}

interface FilmedPage {
  film?: { at: number; shown: string }[];
}

/** From now on, each frame of this page that shows something else than the one before is kept. */
export async function film(page: Page): Promise<void> {
  await page.evaluate(() => {
    const frames: { at: number; shown: string }[] = ((window as unknown as FilmedPage).film = []);
    const read = (): string => {
      const host = document.querySelector<HTMLElement>('familiar-widget');
      const panel = host?.shadowRoot?.querySelector<HTMLElement>('[part~="panel"]');
      if (!host || !panel || getComputedStyle(host).opacity === '0') return '';
      return [panel.innerText, ...[...panel.querySelectorAll('textarea')].map(({ value }) => value)].join('\n');
    };
    const look = (): void => {
      const shown = read();
      if (frames.at(-1)?.shown !== shown) frames.push({ at: performance.timeOrigin + performance.now(), shown });
      requestAnimationFrame(look);
    };
    look();
  });
}

export async function framesOf(page: Page): Promise<readonly Frame[]> {
  return page.evaluate(() => (window as unknown as FilmedPage).film ?? []);
}

/** When a tab stopped to show these words for good: the time of the first frame after them. Never shown: 0; shown to the end: Infinity. */
export function goneAt(frames: readonly Frame[], words: string): number {
  const last = frames.findLastIndex(({ shown }) => shown.includes(words));
  return last === -1 ? 0 : (frames[last + 1]?.at ?? Infinity);
}

/** When a tab first showed these words; never: Infinity. */
export function seenAt(frames: readonly Frame[], words: string): number {
  return frames.find(({ shown }) => shown.includes(words))?.at ?? Infinity;
}
