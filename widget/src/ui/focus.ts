const FOCUSABLE = 'button:not(:disabled),textarea,a[href],[tabindex="0"]';

/** What has the focus, looked for inside shadow roots too. */
export function deepActive(): HTMLElement | null {
  let active = document.activeElement;
  while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
  return active instanceof HTMLElement && active !== document.body ? active : null;
}

/** Keeps Tab inside `box`: on a phone the panel covers the page, and focus behind it could not be seen (WCAG 2.4.11). */
export function holdTab(event: KeyboardEvent, box: HTMLElement): void {
  const all = [...box.querySelectorAll<HTMLElement>(FOCUSABLE)].filter((element) => element.getClientRects().length > 0);
  const edge = event.shiftKey ? all[0] : all.at(-1);
  if (deepActive() !== edge) return;
  event.preventDefault();
  (event.shiftKey ? all.at(-1) : all[0])?.focus();
}
