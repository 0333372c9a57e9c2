import { effect, onEnd } from '../reactive/signal.ts';
import type { PanelModel } from './panel-model.ts';

const FOCUSABLE = ':enabled,a,summary,[tabindex="0"]';

/** On a phone the panel covers the page. */
const isPhone = (): boolean => matchMedia('(max-width: 479px)').matches;

/**
 * Makes `panel` the dialog of a launcher: shown while it is open, closed by Escape, with the focus in it from the opening
 * on and back where it came from after the closing. Where it covers the page it is modal, and of the size that is seen;
 * never by `showModal()`, which would lock what the page itself asks meanwhile, its sign-in above all.
 */
export function followDialog(model: PanelModel, panel: HTMLDialogElement, field: HTMLElement): void {
  const viewport = visualViewport;
  const update = (): void => {
    panel.ariaModal = `${isPhone()}`;
    // On iOS the keyboard covers fixed elements and no CSS unit knows of it. Pinch zoom shrinks the visual viewport, too: then the panel keeps its place.
    if (!viewport || viewport.scale > 1.01) return;
    panel.style.setProperty('--viewport-height', `${viewport.height}px`);
    panel.style.setProperty('--viewport-top', `${viewport.offsetTop}px`);
  };
  for (const type of ['resize', 'scroll']) {
    viewport?.addEventListener(type, update);
    onEnd(() => viewport?.removeEventListener(type, update));
  }
  effect(() => {
    if (!model.isOpen.value) return panel.close();
    update();
    panel.show();
    // On a touch screen the field's focus would raise the keyboard over the greeting.
    (matchMedia('(pointer: coarse)').matches ? panel : field).focus({ preventScroll: true });
  });
  panel.addEventListener('keydown', (event) => {
    if (event.isComposing) return;
    if (event.key === 'Escape') model.close();
    if (event.key !== 'Tab' || !isPhone()) return;
    // Focus behind the panel could not be seen (WCAG 2.4.11).
    event.preventDefault();
    const all = [panel, ...panel.querySelectorAll<HTMLElement>(FOCUSABLE)].filter((element) => element.checkVisibility());
    all.at((all.indexOf(event.target as HTMLElement) + (event.shiftKey ? -1 : 1)) % all.length)?.focus();
  });
}
