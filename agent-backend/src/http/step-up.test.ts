import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { problemOf } from '../../test/people.ts';
import { interruptsOf, openStepUpWorld, readEvents, type StepUpWorld, textOfRun } from '../../test/step-up-world.ts';
import { listStoreSources } from '../../test/stores.ts';

for (const source of listStoreSources()) {
  describe(`a tool that requires a fresh sign-in, on ${source.kind}`, () => {
    let world: StepUpWorld;
    beforeAll(() => source.start(), 60_000);
    afterEach(() => world.close());
    afterAll(() => source.stop());

    async function open(options: Parameters<typeof openStepUpWorld>[0] = {}): Promise<StepUpWorld> {
      const { databaseUrl } = await source.create();
      world = await openStepUpWorld({ databaseUrl, ...options });
      return world;
    }

    /** Alice, whose sign-in is an hour old, asks; the run pauses. */
    async function pause(options: Parameters<typeof openStepUpWorld>[0] = {}) {
      const { signIn, openBrowser, newSession, ask, ago } = await open(options);
      const browser = await openBrowser();
      const { token } = await signIn(browser, { auth_time: ago(3600) });
      const session = await newSession(token);
      const events = await ask(token, session);
      const [interrupt] = interruptsOf(events);
      if (interrupt === undefined) throw new Error('The run did not pause.');
      return { browser, token, session, events, interrupt, resume: [{ interruptId: interrupt.id, status: 'resolved' }] };
    }

    test('runs at once after a fresh sign-in, and knows for whom', async () => {
      const { signIn, openBrowser, newSession, ask, ago, closed } = await open();
      const { token, instance } = await signIn(await openBrowser(), { auth_time: ago(10) });
      const session = await newSession(token);
      const events = await ask(token, session);
      expect(events.at(-1)).toMatchObject({ type: 'RUN_FINISHED', outcome: { type: 'success' } });
      expect(closed).toEqual([
        {
          input: { reason: 'moving' },
          context: {
            agent: 'acme/helper',
            instance: instance.id,
            session,
            participant: { level: 'verified', id: 'alice' },
            signal: expect.any(AbortSignal),
          },
        },
      ]);
    });

    test('pauses the run, and goes on once the visitor has signed in again', async () => {
      const { browser, session, events, interrupt, resume } = await pause();
      const { signIn, post, closed, ago, model, read } = world;
      expect(interrupt).toEqual({
        id: interrupt.id,
        reason: 'step_up',
        toolCallId: events.find((event) => event.type === 'TOOL_CALL_START')?.toolCallId,
        message: expect.stringContaining('Sign in again'),
        metadata: { max_age: 300 },
      });
      expect(closed).toEqual([]);
      expect(model.requests).toHaveLength(1);
      const { token } = await signIn(browser, { auth_time: ago(5) });
      const resumed = await readEvents(await post(token, session, { resume }));
      expect(resumed.at(-1)).toMatchObject({ type: 'RUN_FINISHED', outcome: { type: 'success' } });
      expect(resumed.find((event) => event.type === 'TOOL_CALL_RESULT')).toMatchObject({
        toolCallId: interrupt.toolCallId,
        content: '{"closed":true}',
      });
      expect(textOfRun(resumed)).toBe('Done.');
      expect(closed).toHaveLength(1);
      expect(model.requests[1]?.messages.at(-1)).toMatchObject({ role: 'tool', content: '{"closed":true}' });
      const page = await read<{ data: { content: string }[] }>(`/v1/sessions/${session}/messages`, token);
      expect(page.data.map(({ content }) => content)).toEqual(['Close my account', 'One moment. ', 'Done.']);
    });

    test('stays closed for a sign-in that is still too old, and nothing is used up', async () => {
      const { browser, token, session, resume } = await pause();
      const { signIn, post, closed, ago } = world;
      expect(await problemOf(post(token, session, { resume }))).toEqual({ status: 403, code: 'step_up_required' });
      const { token: fresh } = await signIn(browser, { auth_time: ago(0) });
      await readEvents(await post(fresh, session, { resume }));
      expect(closed).toHaveLength(1);
    });
  });
}
