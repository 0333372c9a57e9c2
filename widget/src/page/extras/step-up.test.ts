import { expect, it, vi } from 'vitest';
import { signal } from '../../reactive/signal.ts';
import { filled } from '../../test/chat-server.ts';
import { openConversation, problem } from '../../test/open-conversation.ts';
import { createStepUp } from './step-up.ts';
import type { Panel } from '../panel.ts';

const until = async (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 2_000, interval: 2 });
const call = (id: string) =>
  ({ id, reason: 'step_up', toolCallId: `call-${id}`, message: '', metadata: { max_age: 300, acr_values: [] } }) as const;

it('asks about one call after the other, and goes on with the answers to all', async () => {
  const server = filled(2);
  server.log.interrupts = [call('int_1'), call('int_2')];
  const chat = openConversation(server);
  const signedIn: string[] = [];
  const session = { signIn: async (token: string) => void signedIn.push(token) };
  const people = {
    visit: signal({ conversation: signal(chat), session }),
    identity: { getIdentityToken: () => 'fresh' },
  };
  const steps = createStepUp({ people, transport: { clock: chat.clock } } as unknown as Panel);
  const { stepUp } = steps;
  const asked = (): string | undefined => stepUp.value?.interrupt.id;
  await until(() => expect(asked()).toBe('int_1'));
  steps.confirm();
  await until(() => expect(asked()).toBe('int_2'));
  expect(signedIn).toEqual(['fresh']);
  expect(chat.posts()).toHaveLength(0);
  server.intercept = ({ path }) => (path.endsWith('/runs') ? problem(403, 'step_up_required') : undefined);
  steps.cancel();
  expect(stepUp.value).toBeNull();
  const answers = [
    { interruptId: 'int_1', status: 'resolved' },
    { interruptId: 'int_2', status: 'cancelled' },
  ];
  await until(() => expect(chat.posts().map((body) => body?.['resume'])).toEqual([answers]));
  // The sign-in was not recent enough: all of it once more.
  await until(() => expect(stepUp.value).toMatchObject({ interrupt: { id: 'int_1' }, hasFailed: true }));
  server.intercept = () => undefined;
  steps.cancel();
  await until(() => expect(asked()).toBe('int_2'));
  steps.cancel();
  await until(() => expect(chat.texts().at(-1)).toBe('You said: nothing'));
  expect(stepUp.value).toBeNull();
  expect(chat.posts()[1]?.['resume']).toEqual(answers.map((answer) => ({ ...answer, status: 'cancelled' })));
});
