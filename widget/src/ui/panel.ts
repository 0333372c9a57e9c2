import { effect } from '../reactive/signal.ts';
import { drawComposer } from './composer.ts';
import { followDialog } from './dialog.ts';
import { h } from './dom.ts';
import { drawMessages } from './message-list.ts';
import { drawFooter, drawHeader, drawTrouble } from './panel-frame.ts';
import type { PanelModel } from './panel-model.ts';
import css from './styles/panel.css?inline';
import { directionOf } from './texts.ts';
import { applyTheme } from './theme.ts';
import { createView, type View } from './view.ts';

/**
 * Draws the chat panel into a shadow root, as long as the scope lasts that it is called in; it is taken down with its root.
 * Reads the model's signals and calls its actions, nothing else.
 */
export function renderPanel({ model, root }: { model: PanelModel; root: ShadowRoot }): void {
  const sheet = new CSSStyleSheet();
  root.adoptedStyleSheets.push(sheet);
  const [panel, field] = drawPanel(createView(model));
  root.append(h('div', { class: `familiar ${model.mode}` }, panel));
  effect(() => applyTheme(sheet, css, model.settings.value.theme));
  if (panel instanceof HTMLDialogElement) followDialog(model, panel, field);
}

/** The whole panel: a dialog that floats beside the launcher, or a region of the page. */
function drawPanel(view: View): [panel: HTMLElement, field: HTMLElement] {
  const { heard, locale, model, name, words } = view;
  const [composer, field] = drawComposer(view);
  // The page's own shortcuts must not fire while somebody writes here.
  const stop = (event: Event): void => event.stopPropagation();
  const panel = h(
    model.mode === 'launcher' ? 'dialog' : 'div',
    {
      class: 'panel',
      part: 'panel',
      role: model.mode === 'launcher' ? 'dialog' : 'region',
      'aria-label': () => words('chat', { name: name() }),
      lang: locale,
      tabindex: -1,
      onkeydown: stop,
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
      heard,
      () => model.extras.value?.('foot'),
    ),
  );
  effect(() => {
    // What was said in another conversation may have been said to somebody else.
    void model.conversation.value;
    heard.replaceChildren();
  });
  return [panel, field];
}
