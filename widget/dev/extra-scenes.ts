import type { Participant } from '@familiar/protocol';
import { signal } from '../src/reactive/signal.ts';
import { createExtras } from '../src/ui/extras/extras.ts';
import type { ClaimState, StepUpState } from '../src/ui/extras/extras-model.ts';
import type { PanelModel } from '../src/ui/panel-model.ts';

const TITLES = ['Do you ship to Belgium?', 'Which plants like shade in a north-facing room with little light', 'Returns', 'Opening hours'];
const sessions = TITLES.map((title, at) => ({ id: `s${at}`, title, message_count: at + 1, updated_at: '' }));
const receipt = { id: 'c', sessions: 2, messages: 9, claimed_at: '', undo_until: '', undone_at: null };
const CLAIMS: Record<string, ClaimState> = {
  claim: { kind: 'offer', sessions, isBusy: false, failure: null },
  receipt: { kind: 'done', receipt, isBusy: false, failure: null },
};
const interrupt = { id: 'i', reason: 'step_up', toolCallId: 't', message: '', metadata: { max_age: 60 } } as const;
const STEPS: Record<string, StepUpState> = {
  stepup: { interrupt, isBusy: false, hasFailed: false },
  stepupfailed: { interrupt, isBusy: false, hasFailed: true },
};
const others: Participant[] = ['Ann', 'Ben', 'Chiara', 'Di', 'Ed'].map((name) => ({ level: 'verified', id: name, name }));

/** The scenes `claim`, `receipt`, `stepup`, `stepupfailed`, `shared` and `debug`. */
export function addExtras(panel: PanelModel, scene: string): void {
  const ignore = (): void => undefined;
  panel.extras.value = createExtras({
    panel,
    claim: signal(CLAIMS[scene] ?? { kind: 'none' }),
    stepUp: signal(STEPS[scene] ?? null),
    others: signal(scene === 'shared' ? others : []),
    keep: ignore,
    notNow: ignore,
    undo: ignore,
    dismiss: ignore,
    confirm: ignore,
    cancel: ignore,
    diagnose:
      scene === 'debug'
        ? () => ({
            level: 'verified',
            id: 'u_1042',
            storage: 'durable',
            binding: 'dpop',
            instance: 'verified',
            tokenSeconds: 724,
            error: { code: 'token_wrong_audience', mend: 'Sign with aud set to the name of this agent.' },
            version: '0.1.0',
          })
        : null,
    now: () => performance.now(),
  });
}
