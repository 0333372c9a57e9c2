import { onEnd } from '../../reactive/signal.ts';
import { createExtras } from '../../ui/extras/extras.ts';
import { createClaim } from './claim.ts';
import { createDiagnosis } from './diagnosis.ts';
import { watchIds } from './id-hints.ts';
import { watchOthers } from './others.ts';
import { createStepUp } from './step-up.ts';
import type { ExtrasOptions } from './watch-extras.ts';

/** Claims, shared instances, step-up, and what helps the site's developer. It ends with the effect in which this is called. */
export function startExtras(options: ExtrasOptions): void {
  const { panel, settings, transport } = options;
  const { debug } = settings.peek();
  const claim = createClaim(options);
  const others = watchOthers(panel.people);
  const stepUp = createStepUp(options);
  const diagnosis = debug ? createDiagnosis(options) : null;
  watchIds(options);
  panel.model.extras.value = createExtras({
    ...claim,
    ...stepUp,
    panel: panel.model,
    others: others.names,
    diagnose: diagnosis,
    now: () => transport.clock.now(),
  });
  onEnd(() => (panel.model.extras.value = null));
}
