import { effect, onEnd } from '../reactive/signal.ts';
import type { PanelModel } from './panel-model.ts';

const FOCUSABLE = ':enabled,a,summary,[tabindex="0"]';

/** On a phone the panel covers the page. */
const isPhone = (): boolean => matchMedia('(max-width: 479px)').matches;

/** What has the focus, looked for inside shadow roots too. */
function deepActive(): HTMLElement | null {
  let active = document.activeElement;
  while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
  return active as HTMLElement | null;
}

/**
 * Makes `panel` the dialog of a launcher: shown while it is open, closed by Escape, with the focus in it from the opening
 * on and back where it came from after the closing. Where it covers the page it is modal, and of the size that is seen.
 */
export function followDialog(model: PanelModel, panel: HTMLElement, field: HTMLElement): void {
  const { isOpen } = model;
  const viewport = visualViewport;
  let before: HTMLElement | null = null;
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
    if (!isOpen.value && panel.matches(':focus-within')) before?.focus({ preventScroll: true });
    if (isOpen.value) before = deepActive();
    panel.hidden = !isOpen.value;
    update();
    // On a touch screen the field's focus would raise the keyboard over the greeting.
    if (isOpen.value) (matchMedia('(pointer: coarse)').matches ? panel : field).focus({ preventScroll: true });
  });
  panel.addEventListener('keydown', (event) => {
    if (event.isComposing) return;
    if (event.key === 'Escape') model.close();
    if (event.key === 'Tab' && isPhone()) holdTab(event, panel);
  });
}

/** Keeps Tab inside `panel`: focus behind it could not be seen (WCAG 2.4.11). */
function holdTab(event: KeyboardEvent, panel: HTMLElement): void {
  const all = [...panel.querySelectorAll<HTMLElement>(FOCUSABLE)].filter((element) => element.checkVisibility());
  const active = deepActive();
  if (active !== panel && active !== all.at(event.shiftKey ? 0 : -1)) return;
  event.preventDefault();
  all.at(event.shiftKey ? -1 : 0)?.focus();
}
