import { onEnd } from '../reactive/signal.ts';

/**
 * Keeps `--viewport-height` and `--viewport-top` of `box` at what the visitor really sees: on iOS the keyboard covers
 * fixed elements and no CSS unit knows of it.
 */
export function followViewport(box: HTMLElement): void {
  const viewport = visualViewport;
  const update = (): void => {
    // Pinch zoom shrinks the visual viewport too; then the panel keeps its place.
    if (!viewport || viewport.scale > 1.01) return;
    box.style.setProperty('--viewport-height', `${viewport.height}px`);
    box.style.setProperty('--viewport-top', `${viewport.offsetTop}px`);
  };
  update();
  for (const type of ['resize', 'scroll']) {
    viewport?.addEventListener(type, update);
    onEnd(() => viewport?.removeEventListener(type, update));
  }
}
