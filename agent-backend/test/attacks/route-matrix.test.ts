import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROUTES } from '../../src/http/routes.ts';
import type { Route } from '../../src/http/route.ts';
import { ROWS, type Row } from './route-rows.ts';
import { openScene, type Scene, UNKNOWN } from './route-scene.ts';
import { type AttackWorld, openAttackWorld, verdictOf } from './attack-world.ts';

/**
 * Every route × every credential that is not the owner's. Alice has a session, a run, a fact, a claim; everybody else names
 * hers. The rows are in `route-rows.ts`; a route without one fails here.
 */
let world: AttackWorld;
let elsewhere: AttackWorld;
let deadTokens: Readonly<Record<string, string>>;
beforeAll(async () => {
  [world, elsewhere] = await Promise.all([openAttackWorld(), openAttackWorld()]);
  deadTokens = await makeDeadTokens();
});
afterAll(async () => {
  await Promise.all([world.close(), elsewhere.close()]);
});

/** Credentials that no guarded route takes, each with its verdict. */
const DEAD = {
  'no token': '401 missing_credential',
  'an expired token of her own': '401 session_token_expired',
  'a revoked token of her own': '401 session_token_revoked',
  'her identity token as bearer': '401 invalid_credential',
  "another backend's token": '401 invalid_credential',
  'a secret key that is not known': '401 invalid_credential',
  'the embed key': '401 invalid_credential',
  'a malformed token': '401 invalid_credential',
} as const;

async function makeDeadTokens(): Promise<Record<string, string>> {
  world.time.shiftMs = -16 * 60_000;
  const expired = (await world.signIn('alice')).token;
  world.time.shiftMs = 0;
  const revoked = (await world.signIn('alice')).token;
  await world.call('DELETE', '/v1/embed/session-tokens/current', { token: revoked });
  return {
    'an expired token of her own': expired,
    'a revoked token of her own': revoked,
    'her identity token as bearer': await world.sign({ sub: 'alice' }),
    "another backend's token": (await elsewhere.signIn('alice')).token,
    'a secret key that is not known': elsewhere.doors.helper.secretKey,
    'the embed key': world.doors.helper.embedKey,
    'a malformed token': 'ey.ey.ey',
  };
}

const isOpen = ({ credentials }: Route) => credentials.includes('none') || credentials.includes('origin');
const nameOf = ({ method, path }: Route) => `${method} ${path}`;

test('every route has a row, and every row a route', () => {
  expect(Object.keys(ROWS).toSorted()).toEqual(ROUTES.map(nameOf).toSorted());
});

describe.each(ROUTES.map((route) => ({ name: nameOf(route), route })))('$name', ({ name, route }) => {
  const row: Row = ROWS[name] ?? { strangers: {} };
  let scene: Scene;
  beforeAll(async () => {
    scene = await openScene(world, route);
  });

  if (!isOpen(route)) {
    test.each(Object.entries(DEAD))('with %s is %s', async (who, verdict) => {
      expect(await verdictOf(scene.send(route, { token: deadTokens[who] }))).toBe(verdict);
    });
  }

  test('tells strangers nothing, and the same as of what is not there', async () => {
    const verdicts: Record<string, string> = {};
    for (const [who, stranger] of Object.entries(await scene.strangers(route))) {
      const answer = await scene.send(route, stranger);
      const text = await scene.textOf(answer);
      expect(text, `${who} read the words of somebody else`).not.toContain(scene.canary);
      verdicts[who] = `${answer.status}${answer.ok ? '' : ` ${(JSON.parse(text) as { code: string }).code}`}`;
      if (answer.status !== 404) continue;
      const notThere = await scene.send(route, stranger, UNKNOWN);
      expect({ status: notThere.status, text: await scene.textOf(notThere) }).toEqual({ status: 404, text });
    }
    expect(verdicts).toEqual(row.strangers);
  });

  test('still serves its owner, so that the calls above were good but for the credential', async () => {
    expect(await verdictOf(scene.send(route, await scene.owner(route)))).toBe(row.owner ?? '200');
    if (row.isLast !== true) expect(await scene.isWhole()).toBe(true);
  });
});
