import type { Extras } from '../panel-model.ts';
import { directionOf } from '../texts.ts';
import { ClaimCard } from './claim-card.tsx';
import { createExtraView } from './extra-view.ts';
import css from './extras.css?inline';
import type { ExtrasModel } from './extras-model.ts';
import { Overlay } from './overlay.tsx';
import { drawAuthor, SharedLine } from './shared.tsx';
import { StepUpCard } from './step-up-card.tsx';

/** What the panel draws in its places once this code has come. */
export function createExtras(model: ExtrasModel): Extras {
  const view = createExtraView(model);
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  const style = (element: HTMLElement | null): undefined | (() => void) => (element === null ? undefined : adopt(element, sheet));
  return (place, message) => {
    switch (place) {
      case 'header':
        return <SharedLine view={view} />;
      case 'author':
        return drawAuthor(view, message);
      case 'cards':
        return (
          <div class="cards" role="status" dir={directionOf(view.locale())} ref={style}>
            <StepUpCard view={view} />
            <ClaimCard view={view} />
          </div>
        );
      case 'foot':
        return model.diagnose === null ? null : <Overlay view={view} diagnose={model.diagnose} />;
      default:
        return place satisfies never;
    }
  };
}

function adopt(element: HTMLElement, sheet: CSSStyleSheet): undefined | (() => void) {
  const root = element.getRootNode();
  if (!(root instanceof ShadowRoot)) return undefined;
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  return () => {
    root.adoptedStyleSheets = root.adoptedStyleSheets.filter((other) => other !== sheet);
  };
}
