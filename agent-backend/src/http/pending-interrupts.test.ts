import type { MessagePage } from '@familiar/protocol';
import { afterEach, expect, test } from 'vitest';
import { interruptsOf, openStepUpWorld, readEvents, type StepUpWorld } from '../../test/step-up-world.ts';

let world: StepUpWorld;
afterEach(() => world.close());

test('a page of messages carries what the newest run waits for, so that a reload can show it and answer it', async () => {
  world = await openStepUpWorld();
  const { signIn, openBrowser, newSession, ask, ago, post, read, closed } = world;
  const browser = await openBrowser();
  const { token } = await signIn(browser, { auth_time: ago(3600) });
  const session = await newSession(token);
  const page = (query = ''): Promise<MessagePage> => read<MessagePage>(`/v1/sessions/${session}/messages${query}`, token);
  expect((await page()).interrupts).toEqual([]);
  const told = interruptsOf(await ask(token, session));
  expect(told).toHaveLength(1);
  expect(await page()).toMatchObject({ data: [{ role: 'user' }, { role: 'assistant' }], active_run: null, interrupts: told });
  expect((await page('?limit=1&before=2')).interrupts).toEqual(told);
  const { token: fresh } = await signIn(browser, { auth_time: ago(5) });
  const resume = (await page()).interrupts.map(({ id }) => ({ interruptId: id, status: 'resolved' }));
  await readEvents(await post(fresh, session, { resume }));
  expect(closed).toHaveLength(1);
  expect((await page()).interrupts).toEqual([]);
});

test('others in a shared conversation see its messages, and nothing that only their author can answer', async () => {
  world = await openStepUpWorld();
  const { signIn, openBrowser, newSession, ask, ago, read, call, secretKey } = world;
  const { token } = await signIn(await openBrowser(), { instance: 'team', auth_time: ago(3600) });
  const session = await newSession(token);
  const told = interruptsOf(await ask(token, session));
  const { token: bob } = await signIn(await openBrowser(), { instance: 'team', sub: 'bob' });
  expect(await read<MessagePage>(`/v1/sessions/${session}/messages`, bob)).toMatchObject({ data: [{}, {}], interrupts: [] });
  const asked = await call('GET', `/v1/sessions/${session}/messages?end_user_id=alice&instance=team`, { token: secretKey });
  expect(await asked.json()).toMatchObject({ interrupts: told });
});
