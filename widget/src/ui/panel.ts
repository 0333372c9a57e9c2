import { effect, scope } from '../reactive/signal.ts';
import { drawComposer } from './composer.ts';
import { each, h } from './dom.ts';
import { deepActive, holdTab } from './focus.ts';
import { drawMessages } from './message-list.ts';
import { drawFooter, drawHeader, drawTrouble } from './panel-frame.ts';
import type { PanelModel } from './panel-model.ts';
import css from './styles/panel.css?inline';
import { directionOf } from './texts.ts';
import { applyTheme } from './theme.ts';
import { createView, type View } from './view.ts';
import { followViewport } from './viewport.ts';

const PHONE = '(max-width: 479px)';

/**
 * Draws the chat panel into a shadow root and returns the way to take it down again, style sheets included.
 * Reads the model's signals and calls its actions, nothing else.
 */
export function renderPanel({ model, root }: { model: PanelModel; root: ShadowRoot }): () => void {
  const styles = new CSSStyleSheet();
  const theme = new CSSStyleSheet();
  styles.replaceSync(css);
  root.adoptedStyleSheets.push(styles, theme);
  const [container, end] = scope(() => {
    const [panel, field] = drawPanel(createView(model));
    const container = h('div', { class: `familiar ${model.mode}` }, panel);
    root.append(container);
    effect(() => applyTheme(theme, model.theme.value));
    followViewport(container);
    if (model.mode === 'launcher') followFocus(model, panel, field);
    return container;
  });
  return () => {
    end();
    container.remove();
    root.adoptedStyleSheets = root.adoptedStyleSheets.filter((sheet) => sheet !== styles && sheet !== theme);
  };
}

/** The whole panel: a dialog that floats beside the launcher, or a region of the page. */
function drawPanel(view: View): [panel: HTMLElement, field: HTMLElement] {
  const { announcements, locale, model, name, words } = view;
  const isDialog = model.mode === 'launcher';
  const [composer, field] = drawComposer(view);
  const stop = (event: Event): void => event.stopPropagation();
  const onkeydown = (event: KeyboardEvent): void => {
    // The page's own shortcuts must not fire while somebody writes here.
    stop(event);
    if (!isDialog || event.isComposing) return;
    if (event.key === 'Escape') model.close();
    if (event.key === 'Tab' && matchMedia(PHONE).matches) holdTab(event, panel);
  };
  const panel = h(
    'div',
    {
      class: 'panel',
      part: 'panel',
      role: isDialog ? 'dialog' : 'region',
      'aria-label': () => words('chat', { name: name() }),
      lang: locale,
      tabindex: -1,
      onkeydown,
      onkeyup: stop,
      onkeypress: stop,
    },
    h(
      'div',
      { class: 'inner', dir: () => directionOf(locale()) },
      drawHeader(view),
      drawMessages(view),
      () => model.extras.value?.('cards'),
      drawTrouble(view),
      composer,
      drawFooter(view),
      h(
        'div',
        { class: 'unseen', 'aria-live': 'polite' },
        each(
          () => announcements.value,
          ({ text }) => h('p', null, text),
        ),
      ),
      () => model.extras.value?.('foot'),
    ),
  );
  return [panel, field];
}

/** Shows the dialog while it is open; moves focus in when it opens, and back to where it came from when it closes. */
function followFocus({ isOpen }: PanelModel, panel: HTMLElement, field: HTMLElement): void {
  let before: HTMLElement | null = null;
  effect(() => {
    if (!isOpen.value && panel.matches(':focus-within')) before?.focus({ preventScroll: true });
    if (isOpen.value) before = deepActive();
    panel.hidden = !isOpen.value;
    // On a touch screen the field's focus would raise the keyboard over the greeting.
    if (isOpen.value) (matchMedia('(pointer: coarse)').matches ? panel : field).focus({ preventScroll: true });
  });
}
