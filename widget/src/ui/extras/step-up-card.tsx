import { watch } from '../watch.ts';
import { Card, CardButton, createGuard } from './card.tsx';
import type { ExtraProps } from './extra-view.ts';

/** A tool waits until the visitor has confirmed who they are. */
export const StepUpCard = watch<ExtraProps>(({ view: { model, words } }) => {
  const guard = createGuard(model);
  return () => {
    const state = model.stepUp.value;
    if (state === null) return null;
    const { isBusy, hasFailed } = state;
    return (
      <Card name="step-up" title={words('stepUp')} guard={guard}>
        <p class={hasFailed ? 'card-bad' : 'card-why'} dir="auto">
          {words(hasFailed ? 'stepUpFailed' : 'stepUpWhy')}
        </p>
        <div class="card-actions">
          <CardButton kind="quiet" onClick={guard.click(() => model.cancel())}>
            {words('stepUpCancel')}
          </CardButton>
          <CardButton kind="strong" isBusy={isBusy} onClick={guard.click(() => model.confirm())}>
            {words(isBusy ? 'stepUpBusy' : 'stepUpConfirm')}
          </CardButton>
        </div>
      </Card>
    );
  };
});
