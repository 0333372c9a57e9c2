import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type HttpWorld, openHttpWorld, ORIGIN } from '../../test/http-world.ts';
import { openPeople, problemOf } from '../../test/people.ts';

const lines: string[] = [];
let world: HttpWorld;
beforeAll(async () => {
  world = await openHttpWorld({ log: pino({ base: null }, { write: (line: string) => void lines.push(line) }) });
});
beforeEach(() => void lines.splice(0));
afterAll(() => world.close());

test.each([
  ['/v1/sessions?end_user_id=a&end_user_id=b', 'conflicting_ids'],
  ['/v1/sessions?end_user_id=a&end_user_id=a', 'conflicting_ids'],
  ['/v1/sessions?user_id=a&user_id=b', 'conflicting_ids'],
  ['/v1/sessions?end_user_id=a&instance=x&instance=y', 'conflicting_ids'],
  ['/v1/sessions?instance_id=inst_a&instance_id=inst_b', 'conflicting_ids'],
  ['/v1/sessions?end_user_id=a&limit=1&limit=2', 'malformed_request'],
  ['/v1/sessions?end_user_id=a&q=x&q=y', 'malformed_request'],
  ['/v1/sessions?end_user_id=a&before=1&before=2', 'invalid_cursor'],
  ['/v1/sessions/sess_x/messages?end_user_id=a&before=1&befor%65=2', 'invalid_cursor'],
  ['/v1/sessions/sess_x/events?end_user_id=a&last_event_id=x:1&last_event_id=x:2', 'invalid_cursor'],
  ['/v1/embed/config?embed_key=pk_one&embed_key=pk_two', 'malformed_request'],
  ['/v1/instances?name=a&name=b', 'malformed_request'],
])('%s names two things: %s, and how to mend it', async (path, code) => {
  const answer = await world.call('GET', path, { token: world.secretKey });
  expect(((await answer.clone().json()) as { detail: string }).detail).toMatch(/^\?[a-z_]+= came more than once\. Send it once\.$/);
  expect(await problemOf(answer)).toEqual({ status: 400, code });
});

test('a parameter that no route reads may come as often as it likes', async () => {
  expect((await world.call('GET', '/v1/sessions?end_user_id=a&utm=1&utm=2', { token: world.secretKey })).status).toBe(200);
});

test('a request that matches no route is logged and counted, without its address', async () => {
  const before = (await (await world.call('GET', '/metrics')).text()).match(/route="no route"/g) ?? [];
  lines.splice(0);
  await world.call('GET', '/v1/canary/secret?token=canary', { headers: { origin: ORIGIN } });
  await world.call('CANARY', '/v1/canary');
  await world.call('POST', '/readyz', { body: {} });
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    expect.objectContaining({ msg: 'request', method: 'GET', route: 'no route', status: 404, code: 'not_found', durationMs: 0 }),
    expect.objectContaining({ msg: 'request', method: 'other', route: 'no route', status: 404, code: 'not_found' }),
    expect.objectContaining({ msg: 'request', method: 'POST', route: '/readyz', status: 405, code: 'method_not_allowed' }),
  ]);
  expect(lines.join('')).not.toMatch(/canary/i);
  const counted = await (await world.call('GET', '/metrics')).text();
  expect(before).toEqual([]);
  expect(counted).toContain('familiar_http_requests_total{route="no route",method="GET",status="404"} 1');
  expect(counted).not.toMatch(/canary/i);
});

test('who is put out of a shared instance is named by an id that somebody can have', async () => {
  const people = await openPeople();
  const { token, instance } = await people.signIn(await people.openBrowser(), { instance: 'team', sub: 'ann' });
  await people.talk(token, 'hello');
  const verdict = async (method: string, level: string, id: string) => {
    const path = `/v1/instances/${instance.id}/participants/${level}/${encodeURIComponent(id)}`;
    const answer = await people.call(method, path, { token: people.secretKey });
    return answer.status === 204 ? '204' : `${answer.status} ${String((await problemOf(answer)).code)}`;
  };
  const cases = [
    ['verified', 'undefined', '400 degenerate_id'],
    ['verified', 'Guest', '400 degenerate_id'],
    ['soft', 'bea bea', '400 invalid_id'],
    ['soft', 'bëa', '400 invalid_id'],
    ['soft', 'x'.repeat(256), '400 invalid_id'],
    ['verified', 'anon_abc', '400 reserved_id'],
    ['soft', 'Ephemeral:1', '400 reserved_id'],
    ['anonymous', 'anon_', '400 invalid_id'],
    ['anonymous', 'anon_a b', '400 invalid_id'],
    ['verified', 'org/bea', '204'],
    ['verified', 'a%2Fb', '204'],
    ['anonymous', 'anon_abc', '204'],
    ['verified', 'b', '204'],
    ['nobody', 'b', '404 not_found'],
  ] as const;
  for (const [level, id, expected] of cases) {
    expect(`${id} ${await verdict('DELETE', level, id)}`).toBe(`${id} ${expected}`);
    expect(`${id} ${await verdict('PUT', level, id)}`).toBe(`${id} ${expected}`);
  }
  await people.close();
});
