import type { VNode } from 'preact';
import { watch } from '../watch.ts';
import { Card, CardButton, createGuard, type Guard } from './card.tsx';
import type { ExtraProps, ExtraView } from './extra-view.ts';
import type { ClaimState } from './extras-model.ts';
import { formOf } from './texts.ts';

type Offer = ClaimState & { kind: 'offer' };
type Done = ClaimState & { kind: 'done' };

const SHOWN_TITLES = 3;

/** "Keep this conversation with your account?", and what came of it. */
export const ClaimCard = watch<ExtraProps>(({ view }) => {
  const guard = createGuard(view.model);
  return () => {
    const state = view.model.claim.value;
    switch (state.kind) {
      case 'none':
        return null;
      case 'offer':
        return drawOffer(view, state, guard);
      case 'done':
        return drawReceipt(view, state);
      default:
        return state satisfies never;
    }
  };
});

function drawOffer(view: ExtraView, { sessions, isBusy, failure }: Offer, guard: Guard): VNode {
  const { model, words } = view;
  const count = (number: number): string => words(`claimCount_${formOf(number, view.locale())}`, { count: format(view, number) });
  const rest = sessions.length - SHOWN_TITLES;
  return (
    <Card name="claim" title={words(sessions.length === 1 ? 'claimOne' : 'claimMany')} guard={guard}>
      <ul class="card-list">
        {sessions.slice(0, SHOWN_TITLES).map(({ id, title, message_count }) => (
          <li key={id}>
            <span dir="auto">{title || words('untitled')}</span>
            <small>{count(message_count)}</small>
          </li>
        ))}
        {rest > 0 ? (
          <li>
            <small>{words('claimMore', { count: format(view, rest) })}</small>
          </li>
        ) : null}
      </ul>
      <p class="card-why" dir="auto">
        {words('claimWhy')}
      </p>
      {failure ? <p class="card-bad">{words(`claimFailed_${failure}`)}</p> : null}
      <div class="card-actions">
        <CardButton kind="quiet" isBusy={isBusy} onClick={guard.click(() => model.notNow())}>
          {words('claimNotNow')}
        </CardButton>
        <CardButton kind="strong" isBusy={isBusy} onClick={guard.click(() => model.keep())}>
          {words(isBusy ? 'claimBusy' : 'claimKeep')}
        </CardButton>
      </div>
    </Card>
  );
}

function drawReceipt(view: ExtraView, { receipt, isBusy, failure }: Done): VNode {
  const { model, words } = view;
  const isUndone = receipt.undone_at !== null;
  const moved = words(`claimDone_${formOf(receipt.sessions, view.locale())}`, { count: format(view, receipt.sessions) });
  const onUndo = ({ isTrusted }: Event): void => (isTrusted ? model.undo() : undefined);
  return (
    <div class="receipt" part="receipt">
      <p dir="auto">
        {isUndone ? words('claimUndone') : receipt.sessions === 0 ? words('claimNothing') : moved}
        {failure ? <span class="card-bad"> {words(`claimFailed_${failure}`)}</span> : null}
      </p>
      {isUndone || receipt.sessions === 0 || failure === 'too-late' ? null : (
        <CardButton kind="inline" isBusy={isBusy} onClick={onUndo}>
          {words(isBusy ? 'claimUndoing' : 'claimUndo')}
        </CardButton>
      )}
      <CardButton kind="inline" onClick={() => model.dismiss()}>
        {words('claimDismiss')}
      </CardButton>
    </div>
  );
}

const format = (view: ExtraView, count: number): string => count.toLocaleString(view.locale());
