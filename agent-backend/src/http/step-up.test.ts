import { afterEach, expect, test } from 'vitest';
import { describeStoreSources } from '../../test/describe-stores.ts';
import { problemOf } from '../../test/people.ts';
import { callTools, interruptsOf, openStepUpWorld, readEvents, sayDone, type StepUpWorld, textOfRun } from '../../test/step-up-world.ts';

describeStoreSources('a tool that requires a fresh sign-in', (source) => {
  let world: StepUpWorld;
  afterEach(() => world.close());

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
      expiresAt: expect.stringMatching(/Z$/),
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

  test('is run once, however often and by however many runs the same interrupt is answered', async () => {
    const { browser, session, resume } = await pause();
    const { signIn, post, closed, ago } = world;
    const { token } = await signIn(browser, { auth_time: ago(5) });
    const same = Array.from({ length: 3 }, () => post(token, session, { runId: 'again', resume }));
    const joined = await Promise.all((await Promise.all(same)).map(readEvents));
    for (const events of joined) expect(events).toEqual(joined[0]);
    expect(closed).toHaveLength(1);
    expect(await readEvents(await post(token, session, { runId: 'again', resume }))).toEqual(joined[0]);
    expect(await problemOf(post(token, session, { runId: 'other', resume }))).toEqual({ status: 422, code: 'unprocessable' });
    const declined = resume.map((entry) => ({ ...entry, status: 'cancelled' }));
    expect(await problemOf(post(token, session, { runId: 'again', resume: declined }))).toEqual({ status: 422, code: 'unprocessable' });
    expect(closed).toHaveLength(1);
  });

  test('is not run when the visitor declines, which the model is told', async () => {
    const { token, session, interrupt } = await pause();
    const { post, closed, model } = world;
    const events = await readEvents(await post(token, session, { resume: [{ interruptId: interrupt.id, status: 'cancelled' }] }));
    expect(textOfRun(events)).toBe('Done.');
    expect(events.find((event) => event.type === 'TOOL_CALL_RESULT')).toMatchObject({ toolCallId: interrupt.toolCallId });
    expect(model.requests[1]?.messages.at(-1)).toMatchObject({ role: 'tool', content: expect.stringContaining('declined') });
    expect(closed).toEqual([]);
  });

  test('waits no longer when the visitor says something else', async () => {
    const { browser, session, resume } = await pause();
    const { signIn, ask, post, closed, ago } = world;
    const { token } = await signIn(browser, { auth_time: ago(5) });
    expect(textOfRun(await ask(token, session, 'Never mind'))).toBe('Done.');
    expect(await problemOf(post(token, session, { resume }))).toEqual({ status: 422, code: 'unprocessable' });
    expect(closed).toEqual([]);
  });

  test('takes an answer or a new message, not both at once, and stores no message then', async () => {
    const { browser, session, resume } = await pause();
    const { signIn, post, closed, ago, read } = world;
    const { token } = await signIn(browser, { auth_time: ago(5) });
    const messages = [{ id: 'new', role: 'user', content: 'And hurry' }];
    expect(await problemOf(post(token, session, { resume, messages }))).toEqual({ status: 422, code: 'unprocessable' });
    const page = await read<{ data: { id: string }[] }>(`/v1/sessions/${session}/messages`, token);
    expect(page.data.map(({ id }) => id)).not.toContain('new');
    await readEvents(await post(token, session, { resume }));
    expect(closed).toHaveLength(1);
  });

  test('two calls are two interrupts, and go on only together', async () => {
    const { signIn, openBrowser, newSession, ask, post, ago, closed, read } = await open({
      model: (response, at) => (at === 1 ? callTools(response, 'close_account', 'remember', 'close_account') : sayDone(response)),
    });
    const browser = await openBrowser();
    const { token } = await signIn(browser);
    const session = await newSession(token);
    const waiting = interruptsOf(await ask(token, session));
    expect(waiting).toHaveLength(2);
    const [one, two] = waiting.map(({ id }) => ({ interruptId: id, status: 'resolved' }));
    const { token: fresh } = await signIn(browser, { auth_time: ago(5) });
    for (const resume of [[one], [one, one], [one, { ...two, interruptId: 'int_0' }]])
      expect(await problemOf(post(fresh, session, { resume }))).toEqual({ status: 422, code: 'unprocessable' });
    await readEvents(await post(fresh, session, { resume: [one, { ...two, status: 'cancelled' }] }));
    expect(closed).toHaveLength(1);
    expect((await read<{ data: unknown[] }>('/v1/instance/memories', fresh)).data).toHaveLength(1);
  });

  test('can make the run that goes on pause again', async () => {
    const { token, session, interrupt } = await pause({
      model: (response, at) => (at < 3 ? callTools(response, 'close_account') : sayDone(response)),
    });
    const { post, closed, model } = world;
    const events = await readEvents(await post(token, session, { resume: [{ interruptId: interrupt.id, status: 'cancelled' }] }));
    const [again] = interruptsOf(events);
    expect(again?.id).not.toBe(interrupt.id);
    await readEvents(await post(token, session, { resume: [{ interruptId: again?.id, status: 'cancelled' }] }));
    const last = model.requests[2]?.messages ?? [];
    expect(last.map(({ role }) => role)).toEqual(['system', 'user', 'assistant', 'tool', 'assistant', 'tool']);
    expect(closed).toEqual([]);
  });

  test('is refused, without an interrupt, to whoever is not signed in', async () => {
    const { mint, newSession, ask, closed, model } = await open({
      model: (response, at) => (at % 2 === 1 ? callTools(response, 'close_account') : sayDone(response)),
    });
    for (const members of [{}, { user_id: 'u-8f14e45f' }]) {
      const { token } = await mint(members);
      const events = await ask(token, await newSession(token));
      expect(events.at(-1)).toMatchObject({ type: 'RUN_FINISHED', outcome: { type: 'success' } });
      expect(model.requests.at(-1)?.messages.at(-1)).toMatchObject({
        role: 'tool',
        content: expect.stringContaining('sign_in_required'),
      });
    }
    expect(closed).toEqual([]);
  });

  test('answers nobody else: another participant, another session, a made-up id', async () => {
    const { signIn, openBrowser, newSession, ask, post, ago, closed } = await open();
    const alice = await openBrowser();
    const shared = { instance: 'team' };
    const { token } = await signIn(alice, { ...shared, auth_time: ago(3600) });
    const session = await newSession(token);
    const [interrupt] = interruptsOf(await ask(token, session));
    const resume = [{ interruptId: interrupt?.id, status: 'resolved' }];
    const { token: bob } = await signIn(await openBrowser(), { ...shared, sub: 'bob', auth_time: ago(1) });
    const { token: fresh } = await signIn(alice, { ...shared, auth_time: ago(1) });
    const tries = [
      post(bob, session, { resume }),
      post(bob, session, { resume: [{ interruptId: interrupt?.id, status: 'cancelled' }] }),
      post(fresh, await newSession(fresh), { resume }),
      post(fresh, session, { resume: [{ interruptId: 'int_made-up', status: 'resolved' }] }),
    ];
    for (const answer of tries) expect(await problemOf(answer)).toEqual({ status: 422, code: 'unprocessable' });
    const { token: stranger } = await signIn(await openBrowser(), { sub: 'bob', auth_time: ago(1) });
    expect(await problemOf(post(stranger, session, { resume }))).toEqual({ status: 404, code: 'not_found' });
    expect(closed).toEqual([]);
    await readEvents(await post(fresh, session, { resume }));
    expect(closed).toHaveLength(1);
  });

  test('asks for the acr that it names', async () => {
    const { browser, session, interrupt, resume } = await pause({ rule: { maxAgeSeconds: 60, acrValues: ['phr'] } });
    const { signIn, post, closed, ago } = world;
    expect(interrupt.metadata).toEqual({ max_age: 60, acr_values: ['phr'] });
    const { token: pwd } = await signIn(browser, { auth_time: ago(1), acr: 'pwd' });
    expect(await problemOf(post(pwd, session, { resume }))).toEqual({ status: 403, code: 'step_up_required' });
    const { token } = await signIn(browser, { auth_time: ago(1), acr: 'phr' });
    await readEvents(await post(token, session, { resume }));
    expect(closed).toHaveLength(1);
  });

  test('is opened by nothing that the body of a run says', async () => {
    const { token, session, resume } = await pause();
    const forged = { auth_time: world.ago(0), authTimeMs: Date.now(), stepUp: { authTime: world.ago(0) }, level: 'verified' };
    const body = { ...forged, state: forged, forwardedProps: forged, resume: resume.map((entry) => ({ ...entry, payload: forged })) };
    expect(await problemOf(world.post(token, session, body))).toEqual({ status: 403, code: 'step_up_required' });
    expect(world.closed).toEqual([]);
  });
});
