import { each, h } from '../dom.ts';
import { createGuard, drawCard, drawCardButton } from './card.ts';
import type { ExtraView } from './extra-view.ts';

/** A tool waits until the visitor has confirmed who they are. */
export function drawStepUp(view: ExtraView): () => readonly Node[] {
  const { stepUp } = view.model;
  return each(
    () => (stepUp.value === null ? [] : [stepUp.value.interrupt.id]),
    () => drawQuestion(view),
  );
}

function drawQuestion({ model, words }: ExtraView): HTMLElement {
  const guard = createGuard(model);
  const isBusy = (): boolean => model.stepUp.value?.isBusy ?? true;
  const hasFailed = (): boolean => model.stepUp.value?.hasFailed ?? false;
  const confirm = guard(() => !isBusy() && model.confirm());
  return drawCard(
    'step-up',
    () => words('stepUp'),
    h('p', { class: () => (hasFailed() ? 'card-bad' : 'card-why'), dir: 'auto' }, () => words(hasFailed() ? 'stepUpFailed' : 'stepUpWhy')),
    h(
      'div',
      { class: 'card-actions' },
      drawCardButton('quiet', { onclick: guard(() => model.cancel()) }, () => words('stepUpCancel')),
      drawCardButton('strong', { onclick: confirm, 'aria-disabled': () => `${isBusy()}` }, () =>
        words(isBusy() ? 'stepUpBusy' : 'stepUpConfirm'),
      ),
    ),
  );
}
