import type { ClaimPreview, Participant } from '@familiar/protocol';
import { scope, signal } from '../../reactive/signal.ts';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { userEvent } from 'vitest/browser';
import { renderPanel } from '../panel.ts';
import { createFakeModel, fakeUser } from '../test/fake-model.ts';
import type { ClaimState, StepUpState } from './extras-model.ts';
import { createExtras } from './extras.ts';

const SESSIONS: ClaimPreview['sessions'] = [
  { id: 's1', title: 'Ferns in the shade', message_count: 4, updated_at: '2026-01-01T00:00:00Z' },
];
const OFFER: ClaimState = { kind: 'offer', sessions: SESSIONS, isBusy: false, failure: null };

let panel: ReturnType<typeof createFakeModel>;
let host: HTMLElement;
let root: ShadowRoot;
let unmount: () => void;
let calls: string[];
let now: number;
const claim = signal<ClaimState>({ kind: 'none' });
const stepUp = signal<StepUpState | null>(null);
const others = signal<readonly Participant[]>([]);

beforeEach(() => {
  panel = createFakeModel('inline');
  panel.isOpen.value = true;
  calls = [];
  now = 0;
  claim.value = { kind: 'none' };
  stepUp.value = null;
  others.value = [];
  host = document.createElement('div');
  document.body.append(host);
  root = host.attachShadow({ mode: 'open' });
  const call = (name: string) => () => void calls.push(name);
  panel.model.extras.value = createExtras({
    panel: panel.model,
    claim,
    stepUp,
    others,
    diagnose: null,
    now: () => now,
    keep: call('keep'),
    notNow: call('notNow'),
    undo: call('undo'),
    dismiss: call('dismiss'),
    confirm: call('confirm'),
    cancel: call('cancel'),
  });
  [, unmount] = scope(() => renderPanel({ model: panel.model, root }));
});
afterEach(() => {
  unmount();
  host.remove();
});

const text = (): string => root.textContent ?? '';
const seen = (words: string): Promise<void> => vi.waitFor(() => expect(text()).toContain(words));
function button(label: string): HTMLButtonElement {
  const found = [...root.querySelectorAll('button')].find(({ textContent }) => textContent === label);
  if (!found) throw new Error(`no ${label}`);
  return found;
}

test('a claim shows what would be taken over and takes only a visitor’s click, after half a second', async () => {
  claim.value = OFFER;
  await seen('Keep this conversation with your account?');
  expect(text()).toContain('Ferns in the shade');
  expect(text()).toContain('4 messages');
  now = 499;
  await userEvent.click(button('Keep'));
  expect(calls).toEqual([]);
  now = 500;
  button('Keep').click();
  expect(calls).toEqual([]);
  await userEvent.click(button('Keep'));
  expect(calls).toEqual(['keep']);
});

test('the button keeps the focus, and takes no second click, while it works', async () => {
  claim.value = OFFER;
  now = 600;
  const keep = button('Keep');
  await userEvent.click(keep);
  claim.value = { ...OFFER, isBusy: true };
  expect(button('Moving…')).toBe(keep);
  expect([root.activeElement, keep.getAttribute('aria-disabled')]).toEqual([keep, 'true']);
  await userEvent.keyboard('{Enter}');
  expect(calls).toEqual(['keep']);
});

test('the half second begins anew when the panel opens again', async () => {
  claim.value = OFFER;
  await seen('Not now');
  now = 600;
  panel.isOpen.value = false;
  panel.isOpen.value = true;
  await userEvent.click(button('Not now'));
  expect(calls).toEqual([]);
});

test('a receipt counts what moved and can be undone', async () => {
  const receipt = { id: 'c1', sessions: 2, messages: 9, claimed_at: '', undo_until: '', undone_at: null };
  claim.value = { kind: 'done', receipt, isBusy: false, failure: null };
  await seen('2 conversations moved to your account.');
  await userEvent.click(button('Undo'));
  expect(calls).toEqual(['undo']);
});

test('an account’s title cannot become markup', async () => {
  claim.value = { ...OFFER, sessions: SESSIONS.map((session) => ({ ...session, title: '<img src=x onerror=alert(1)>' })) };
  await seen('<img src=x');
  expect(root.querySelector('img')).toBeNull();
});

test('a step-up that failed says so and can be tried again or cancelled', async () => {
  const interrupt = { id: 'i1', reason: 'step_up', toolCallId: 't1', message: '', metadata: { max_age: 60 } } as const;
  stepUp.value = { interrupt, isBusy: false, hasFailed: true };
  await seen('We could not confirm it was you.');
  now = 1_000;
  await userEvent.click(button('Cancel'));
  await userEvent.click(button('Confirm'));
  expect(calls).toEqual(['cancel', 'confirm']);
});

test('a shared chat names the others, and draws each author’s level from the server’s word', async () => {
  panel.identity.value = { level: 'verified', id: 'me', name: null, instance: { id: 'i', kind: 'shared' }, storage: 'durable' };
  others.value = ['Ann', 'Ben', 'Cy', 'Di', 'Ed'].map((name) => ({ level: 'verified', id: name, name }));
  const author: Participant = { level: 'soft', id: 'mallory', name: 'Ann' };
  const message = { ...fakeUser('I am ✓ Verified'), author, isMine: false };
  panel.messages.value = [message];
  await seen('Shared with Ann, Ben, Cy, and 2 others');
  await vi.waitFor(() => expect(root.querySelector('.badge')?.textContent).toBe('Not verified'));
});

test('anonymous words in an account are marked as from before sign-in; not those of others, nor any in a shared chat', async () => {
  const me = { level: 'verified', id: 'me', name: null, instance: { id: 'i', kind: 'verified' }, storage: 'durable' } as const;
  const say = (text: string, level: Participant['level'], isMine: boolean) => ({ ...fakeUser(text), author: { level, id: text }, isMine });
  panel.identity.value = me;
  panel.messages.value = [say('before', 'anonymous', false), say('after', 'verified', true)];
  await seen('From before you signed in');
  expect(root.querySelectorAll('.badge')).toHaveLength(1);
  expect(root.querySelector('article')?.textContent).toContain('From before you signed in');
  panel.identity.value = { ...me, instance: { id: 'i', kind: 'shared' } };
  await vi.waitFor(() => expect(text()).not.toContain('From before you signed in'));
  panel.identity.value = { ...me, level: 'anonymous', instance: { id: 'i', kind: 'anonymous' } };
  expect(text()).not.toContain('From before you signed in');
});
