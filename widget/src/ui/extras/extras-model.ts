import type { ClaimPreview, ClaimReceipt, Interrupt, Participant } from '@familiar/protocol';
import type { ReadonlySignal } from '../../reactive/signal.ts';
import type { PanelModel } from '../panel-model.ts';

/** Why an action of a card did not work; the words stand in `texts.ts`. */
export type CardFailure = 'running' | 'sign-in' | 'too-late' | 'other';

/** Taking the anonymous conversations of this browser into the account (contract §5). */
export type ClaimState =
  | { readonly kind: 'none' }
  | { readonly kind: 'offer'; readonly sessions: ClaimPreview['sessions']; readonly isBusy: boolean; readonly failure: CardFailure | null }
  | { readonly kind: 'done'; readonly receipt: ClaimReceipt; readonly isBusy: boolean; readonly failure: CardFailure | null };

/** A run that waits until the visitor has confirmed who they are. */
export interface StepUpState {
  readonly interrupt: Interrupt;
  readonly isBusy: boolean;
  /** The sign-in did not come, or was not recent enough. */
  readonly hasFailed: boolean;
}

/** What the overlay for developers shows. Never a token. */
export interface Diagnosis {
  readonly level: string;
  readonly id: string;
  readonly storage: string;
  readonly binding: string;
  readonly instance: string;
  /** Seconds until the session token ends; null where there is none. */
  readonly tokenSeconds: number | null;
  readonly error: { readonly code: string; readonly mend: string } | null;
  readonly version: string;
}

/** What only some visitors see. `page/extras/` builds it once one of them is here. */
export interface ExtrasModel {
  readonly panel: PanelModel;
  readonly claim: ReadonlySignal<ClaimState>;
  keep(): void;
  notNow(): void;
  undo(): void;
  /** Takes the receipt away. */
  dismiss(): void;
  /** The others of a shared instance, oldest first. */
  readonly others: ReadonlySignal<readonly Participant[]>;
  readonly stepUp: ReadonlySignal<StepUpState | null>;
  confirm(): void;
  cancel(): void;
  /** Only where the site asks for it with `debug`. */
  readonly diagnose: (() => Diagnosis) | null;
  /** Milliseconds on a monotonic clock. */
  readonly now: () => number;
}
