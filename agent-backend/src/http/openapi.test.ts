import { LIMITS, STATUS_OF } from '@familiar/protocol';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { interruptsOf, openStepUpWorld, type StepUpWorld } from '../../test/step-up-world.ts';
import { MESSAGE_PAGE, PROBLEM } from './answer-schemas.ts';
import { SINGLE_PARAMETERS } from './guard.ts';
import { ROUTES } from './routes.ts';

interface Operation {
  readonly summary: string;
  readonly parameters: readonly { readonly name: string; readonly in: string }[];
  readonly responses: object;
}

interface Described {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: { readonly Problem: { readonly properties: { readonly code: { readonly enum: string[] } } } } };
}

let world: StepUpWorld;
let described: Described;
beforeEach(async () => {
  world = await openStepUpWorld();
  described = (await (await world.call('GET', '/openapi.json')).json()) as Described;
});
afterEach(() => world.close());

test('the description holds every route of the table, and no other', () => {
  const inTable = ROUTES.filter(({ path }) => path !== '/openapi.json').map(
    ({ method, path }) => `${method.toLowerCase()} ${path.replaceAll(/:([A-Za-z]+)/g, '{$1}')}`,
  );
  const inText = Object.entries(described.paths).flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method} ${path}`));
  expect(new Set(inText)).toEqual(new Set(inTable));
});

test('the description holds every parameter that a route reads, and each of those may come once', () => {
  const operations = Object.values(described.paths).flatMap((methods) => Object.values(methods));
  const inQuery = operations.flatMap(({ parameters }) => parameters.filter((one) => one.in === 'query').map(({ name }) => name));
  expect(new Set(inQuery)).toEqual(new Set(Object.keys(SINGLE_PARAMETERS)));
});

test('the description holds every code of a problem, and problems are as described', async () => {
  expect(described.components.schemas.Problem.properties.code.enum).toEqual(Object.keys(STATUS_OF));
  const missing = { token: world.secretKey, body: { metadata: { end_user_id: 'undefined' } } };
  for (const problem of [world.call('GET', '/v1/nothing'), world.call('POST', '/v1/sessions', missing)])
    PROBLEM.parse(await (await problem).json());
});

test('a page of messages is as described, with what the run waits for', async () => {
  const { signIn, openBrowser, newSession, ask, ago, read } = world;
  const { token } = await signIn(await openBrowser(), { auth_time: ago(3600) });
  const session = await newSession(token);
  const told = interruptsOf(await ask(token, session));
  const page = MESSAGE_PAGE.parse(await read(`/v1/sessions/${session}/messages`, token));
  expect(page.interrupts).toEqual(told);
  const { responses } = described.paths['/v1/sessions/{id}/messages']?.['get'] ?? { responses: {} };
  expect(responses).toMatchObject({
    '2XX': { content: { 'application/json': { schema: { required: expect.arrayContaining(['interrupts']) } } } },
  });
});

test('how many conversations an unproven visitor may begin is said where they begin', () => {
  const { summary } = described.paths['/v1/sessions']?.['post'] ?? { summary: '' };
  expect(summary).toContain(`${LIMITS.anonymousSessionBurst} at once and ${LIMITS.anonymousSessionsPerHour} an hour`);
});
