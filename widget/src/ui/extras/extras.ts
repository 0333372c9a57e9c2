import { onEnd } from '../../reactive/signal.ts';
import { h } from '../dom.ts';
import type { Extras } from '../panel-model.ts';
import { directionOf } from '../texts.ts';
import { drawClaim } from './claim-card.ts';
import { createExtraView } from './extra-view.ts';
import css from './extras.css?inline';
import type { ExtrasModel } from './extras-model.ts';
import { drawOverlay } from './overlay.ts';
import { drawAuthor, drawSharedLine } from './shared.ts';
import { drawStepUp } from './step-up-card.ts';

/** What the panel draws in its places once this code has come. */
export function createExtras(model: ExtrasModel): Extras {
  const view = createExtraView(model);
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  return (place, message) => {
    switch (place) {
      case 'header':
        return drawSharedLine(view);
      case 'author':
        return drawAuthor(view, message);
      case 'cards': {
        const cards = h(
          'div',
          { class: 'cards', role: 'status', dir: () => directionOf(view.locale()) },
          drawStepUp(view),
          drawClaim(view),
        );
        adopt(cards, sheet);
        return cards;
      }
      case 'foot':
        return model.diagnose === null ? null : drawOverlay(model, model.diagnose);
      default:
        return place satisfies never;
    }
  };
}

/** Styles the root that `element` is about to be put into, as long as what draws it. */
function adopt(element: HTMLElement, sheet: CSSStyleSheet): void {
  let isDown = false;
  queueMicrotask(() => {
    const root = element.getRootNode();
    if (!isDown && root instanceof ShadowRoot) root.adoptedStyleSheets.push(sheet);
  });
  onEnd(() => {
    isDown = true;
    const root = element.getRootNode();
    if (root instanceof ShadowRoot) root.adoptedStyleSheets = root.adoptedStyleSheets.filter((other) => other !== sheet);
  });
}
