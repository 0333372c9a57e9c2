import { effect } from '../reactive/signal.ts';
import { render } from 'preact';
import { PanelFrame } from './panel-frame.tsx';
import type { PanelModel } from './panel-model.ts';
import css from './styles/panel.css?inline';
import { applyTheme } from './theme.ts';
import { createView } from './view.ts';
import { followViewport } from './viewport.ts';

/**
 * Draws the chat panel into a shadow root and returns the way to take it down again, style sheets included.
 * Reads the model's signals and calls its actions, nothing else.
 */
export function renderPanel({ model, root }: { model: PanelModel; root: ShadowRoot }): () => void {
  const styles = new CSSStyleSheet();
  styles.replaceSync(css);
  const theme = new CSSStyleSheet();
  const measures = new CSSStyleSheet();
  measures.replaceSync(':host{}');
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, styles, theme, measures];
  const stopTheme = effect(() => applyTheme(theme, model.theme.value));
  const rule = measures.cssRules[0];
  const stopViewport = rule instanceof CSSStyleRule ? followViewport(rule) : () => {};
  const container = document.createElement('div');
  container.className = `familiar ${model.mode}`;
  root.append(container);
  render(<PanelFrame view={createView(model)} />, container);
  return () => {
    render(null, container);
    container.remove();
    stopTheme();
    stopViewport();
    root.adoptedStyleSheets = root.adoptedStyleSheets.filter((sheet) => sheet !== styles && sheet !== theme && sheet !== measures);
  };
}
