import { onEnd } from '../../reactive/signal.ts';
import { createExtras } from '../../ui/extras/extras.ts';
import { createClaim } from './claim.ts';
import { createDiagnosis } from './diagnosis.ts';
import { watchIds } from './id-hints.ts';
import { watchOthers } from './others.ts';
import { createStepUp } from './step-up.ts';
import type { Panel } from '../panel.ts';

/** Claims, shared instances, step-up, and what helps the site's developer. It ends with the effect in which this is called. */
export function startExtras(options: Panel): void {
  const { model, people, settings, transport } = options;
  const { debug } = settings.peek();
  const claim = createClaim(options);
  const others = watchOthers(people);
  const stepUp = createStepUp(options);
  const diagnosis = debug ? createDiagnosis(options) : null;
  watchIds(options);
  model.extras.value = createExtras({
    ...claim,
    ...stepUp,
    panel: model,
    others: others.names,
    diagnose: diagnosis,
    now: () => transport.clock.now(),
  });
  onEnd(() => (model.extras.value = null));
}
