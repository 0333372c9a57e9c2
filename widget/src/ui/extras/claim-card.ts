import { type Drawn, each, h } from '../dom.ts';
import { createGuard, drawCard, drawCardButton } from './card.ts';
import type { ExtraView } from './extra-view.ts';
import type { ClaimState } from './extras-model.ts';
import { formOf } from './texts.ts';

type Of<Kind> = ClaimState & { kind: Kind };

const SHOWN_TITLES = 3;

/** "Keep this conversation with your account?", and what came of it. Each is drawn once and follows what happens. */
export function drawClaim(view: ExtraView): () => readonly Node[] {
  const { claim } = view.model;
  return each(
    () => (claim.value.kind === 'none' ? [] : [claim.value.kind]),
    (kind) => (kind === 'offer' ? drawOffer(view) : drawReceipt(view)),
  );
}

function drawOffer(view: ExtraView): HTMLElement {
  const { model, words } = view;
  const offer = (): Of<'offer'> | null => (model.claim.value.kind === 'offer' ? model.claim.value : null);
  const guard = createGuard(model);
  const isBusy = (): boolean => offer()?.isBusy ?? true;
  const press = (run: () => void): ((event: Event) => void) => guard(() => !isBusy() && run());
  const title = (): string => words(offer()?.sessions.length === 1 ? 'claimOne' : 'claimMany');
  return drawCard(
    'claim',
    title,
    h('ul', { class: 'card-list' }, () => drawTitles(view, offer()?.sessions ?? [])),
    h('p', { class: 'card-why', dir: 'auto' }, () => words('claimWhy')),
    () => drawFailure(view, offer()),
    h(
      'div',
      { class: 'card-actions' },
      drawCardButton('quiet', { onclick: press(() => model.notNow()), 'aria-disabled': () => `${isBusy()}` }, () => words('claimNotNow')),
      drawCardButton('strong', { onclick: press(() => model.keep()), 'aria-disabled': () => `${isBusy()}` }, () =>
        words(isBusy() ? 'claimBusy' : 'claimKeep'),
      ),
    ),
  );
}

function drawTitles(view: ExtraView, sessions: Of<'offer'>['sessions']): readonly Node[] {
  const { locale, words } = view;
  const rest = sessions.length - SHOWN_TITLES;
  const count = (number: number): string => words(`claimCount_${formOf(number, locale())}`, { count: format(view, number) });
  const titles = sessions
    .slice(0, SHOWN_TITLES)
    .map(({ title, message_count }) =>
      h('li', null, h('span', { dir: 'auto' }, title || words('untitled')), h('small', null, count(message_count))),
    );
  return rest > 0 ? [...titles, h('li', null, h('small', null, words('claimMore', { count: format(view, rest) })))] : titles;
}

function drawFailure({ words }: ExtraView, state: Of<'offer' | 'done'> | null): Drawn {
  return state?.failure && h('p', { class: 'card-bad' }, words(`claimFailed_${state.failure}`));
}

function drawReceipt(view: ExtraView): HTMLElement {
  const { model, words } = view;
  const done = (): Of<'done'> | null => (model.claim.value.kind === 'done' ? model.claim.value : null);
  const isBusy = (): boolean => done()?.isBusy ?? true;
  const undo = drawCardButton(
    'inline',
    { onclick: ({ isTrusted }) => isTrusted && !isBusy() && model.undo(), 'aria-disabled': () => `${isBusy()}` },
    () => words(isBusy() ? 'claimUndoing' : 'claimUndo'),
  );
  const mayUndo = (): boolean => {
    const state = done();
    return state !== null && state.receipt.undone_at === null && state.receipt.sessions > 0 && state.failure !== 'too-late';
  };
  return h(
    'div',
    { class: 'receipt', part: 'receipt' },
    h(
      'div',
      { class: 'receipt-text' },
      h('p', { dir: 'auto' }, () => describeReceipt(view, done())),
      () => drawFailure(view, done()),
    ),
    () => (mayUndo() ? undo : null),
    drawCardButton('inline', { onclick: () => model.dismiss() }, () => words('claimDismiss')),
  );
}

function describeReceipt(view: ExtraView, state: Of<'done'> | null): string {
  const { locale, words } = view;
  if (state === null) return '';
  const { sessions, undone_at } = state.receipt;
  if (undone_at !== null) return words('claimUndone');
  return sessions === 0 ? words('claimNothing') : words(`claimDone_${formOf(sessions, locale())}`, { count: format(view, sessions) });
}

const format = (view: ExtraView, count: number): string => count.toLocaleString(view.locale());
