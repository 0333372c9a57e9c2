import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AGENT, minted, openBrowser, openWorld, ORIGIN, randomSecret, refused, type World } from '../../test/identity-world.ts';
import { deleteExpired } from '../store/sweep.ts';

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(() => world.close());

async function openAs(response: { token: string }) {
  const call = { method: 'GET', url: 'https://api.example/v1/sessions', origin: ORIGIN, proof: null };
  return world.authenticate({ ...call, authorization: `Bearer ${response.token}` });
}

describe('the ladder', () => {
  test('a browser without any id is anonymous under its own key, and resumes', async () => {
    const first = minted(await world.mint());
    const again = minted(await world.mint());
    expect(first).toMatchObject({ level: 'anonymous', binding: 'dpop', expires_in: 900, instance: { kind: 'anonymous' } });
    expect(first.participant.id).toBe(`anon_${world.browser.thumbprint}`);
    expect(again.instance).toEqual(first.instance);
    expect(again.token).not.toBe(first.token);
  });

  test('another browser is another anonymous instance', async () => {
    const other = await openBrowser(world.clock);
    expect(minted(await world.mint({}, { browser: other })).instance.id).not.toBe(minted(await world.mint()).instance.id);
  });

  test('a soft id reaches the same soft instance from any browser', async () => {
    const other = await openBrowser(world.clock);
    const here = minted(await world.mint({ user_id: 'u_1' }));
    const there = minted(await world.mint({ user_id: 'u_1' }, { browser: other }));
    expect(here).toMatchObject({ level: 'soft', participant: { level: 'soft', id: 'u_1' } });
    expect(there.instance).toEqual(here.instance);
  });

  test('an identity token makes a verified participant with the signed name', async () => {
    const response = minted(
      await world.mint({ identity_token: await world.sign({ name: 'Alice', picture: 'https://shop.example/a.png' }) }),
    );
    expect(response.participant).toEqual({ level: 'verified', id: 'alice', name: 'Alice', picture: 'https://shop.example/a.png' });
    expect(await openAs(response)).toMatchObject({ kind: 'participant', participant: response.participant, identityKey: 'k1' });
  });

  test('"alice" as soft, verified, shared, anonymous and ephemeral is five instances', async () => {
    const shared = await world.sign({ sub: 'someone', instance: 'alice' });
    const bodies = [
      { user_id: 'alice' },
      { identity_token: await world.sign() },
      { identity_token: shared },
      {},
      { user_id: 'ephemeral:alice' },
    ];
    const kinds = [];
    const ids = new Set();
    for (const body of bodies) {
      const { instance } = minted(await world.mint(body));
      kinds.push(instance.kind);
      ids.add(instance.id);
    }
    expect(kinds).toEqual(['soft', 'verified', 'shared', 'anonymous', 'ephemeral']);
    expect(ids.size).toBe(5);
  });

  test('the session token resolves to what the mint answered, with signed and claimed attributes apart', async () => {
    const token = await world.sign({ attributes: { plan: 'pro' }, auth_time: 5, amr: ['otp'], acr: 'aal2', instance: 'team' });
    const response = minted(await world.mint({ identity_token: token, attributes: { plan: 'free' } }));
    expect(await openAs(response)).toMatchObject({
      participant: response.participant,
      instance: { id: response.instance.id, kind: 'shared', name: 'team' },
      holder: world.browser.thumbprint,
      embedKey: 'pk_helper',
      attributes: { signed: { plan: 'pro' }, claimed: { plan: 'free' } },
      stepUp: { authTime: 5, amr: ['otp'], acr: 'aal2' },
    });
  });

  test('a mint creates no instance and no session', async () => {
    await world.mint();
    await world.mint({ user_id: 'u_1' });
    expect(await world.store.rows('SELECT * FROM instances')).toEqual([]);
    expect(await world.store.rows('SELECT * FROM sessions')).toEqual([]);
  });
});

test('who comes back keeps what there is from being idle, and makes nothing', async () => {
  const first = minted(await world.mint());
  const insert = `INSERT INTO instances (agent, instance, kind, created_at, seen_at) VALUES ($1, $2, 'anonymous', $3, $3)`;
  await world.store.run(insert, [AGENT, first.instance.id, world.time.now]);
  world.time.now += 29 * 24 * 3_600_000;
  await world.mint();
  expect(await world.store.rows('SELECT instance, seen_at FROM instances')).toEqual([
    { instance: first.instance.id, seen_at: world.time.now },
  ]);
});

describe('ids', () => {
  test.each([
    [{ user_id: '' }, 'invalid_id'],
    [{ user_id: null }, 'invalid_id'],
    [{ user_id: 7 }, 'invalid_id'],
    [{ user_id: 'Undefined' }, 'degenerate_id'],
    [{ user_id: 'anon_x' }, 'reserved_id'],
    [{ instance: 'team' }, 'identity_required'],
    [{ user_id: 'u_1', instance: 'team' }, 'identity_required'],
    [{ instance: 'null' }, 'degenerate_id'],
    [{ embed_key: 'pk_nowhere' }, 'unknown_embed_key'],
    [{ embed_key: 7 }, 'malformed_body'],
    [{ embed_key: 'pk_disabled' }, 'embed_key_disabled'],
    [{ attributes: [] }, 'malformed_body'],
    [{ attributes: { big: 'x'.repeat(2000) } }, 'malformed_body'],
  ])('%j is refused with %s', async (body, code) => {
    expect(refused(await world.mint(body))).toBe(code);
  });

  test('a user_id beside a token equals its sub or is a mismatch, of whatever type', async () => {
    expect(minted(await world.mint({ identity_token: await world.sign(), user_id: 'alice' })).level).toBe('verified');
    for (const userId of ['bob', 'Alice', '', null, 1, 'ephemeral']) {
      expect(refused(await world.mint({ identity_token: await world.sign(), user_id: userId }))).toBe('identity_mismatch');
    }
  });

  test('an instance beside a token equals its claim or is refused', async () => {
    const signed = () => world.sign({ instance: 'team' });
    expect(minted(await world.mint({ identity_token: await signed(), instance: 'team' })).instance.name).toBe('team');
    expect(refused(await world.mint({ identity_token: await signed(), instance: 'other' }))).toBe('identity_mismatch');
    expect(refused(await world.mint({ identity_token: await world.sign(), instance: 'team' }))).toBe('identity_required');
  });

  test.each([null, 'https://shop.example.evil.test', 'null', 'https://shop.example, https://shop.example'])(
    'origin %s is not allowed',
    async (origin) => {
      expect(refused(await world.mint({}, { origin }))).toBe('origin_not_allowed');
    },
  );
});

describe('ephemeral', () => {
  test.each(['ephemeral', 'Ephemeral', 'ephemeral:kiosk', 'EPHEMERAL:'])('%s is a new isolated instance for each mint', async (userId) => {
    const [first, second] = [minted(await world.mint({ user_id: userId })), minted(await world.mint({ user_id: userId }))];
    expect(first).toMatchObject({ level: 'ephemeral', instance: { kind: 'ephemeral' } });
    expect(second.instance.id).not.toBe(first.instance.id);
    expect(second.participant.id).not.toBe(first.participant.id);
  });

  test('a signed ephemeral session keeps its verified participant and starts afresh', async () => {
    const sign = () => world.sign({ instance: 'ephemeral' });
    const [first, second] = [
      minted(await world.mint({ identity_token: await sign() })),
      minted(await world.mint({ identity_token: await sign() })),
    ];
    expect(first).toMatchObject({ level: 'verified', participant: { id: 'alice' }, instance: { kind: 'ephemeral' } });
    expect(second.instance.id).not.toBe(first.instance.id);
  });

  test('renewing with the still valid token goes on with the same instance', async () => {
    const first = minted(await world.mint({ user_id: 'ephemeral' }));
    world.time.now += 14 * 60_000;
    const next = minted(await world.mint({ user_id: 'ephemeral' }, { authorization: `Bearer ${first.token}` }));
    expect(next).toMatchObject({ participant: first.participant, instance: first.instance });
    world.time.now += 10 * 60_000;
    expect(await openAs(next)).toMatchObject({ instance: first.instance });
  });

  test('a token that expired while the laptop slept goes on with the same browser, until the session idled 30 minutes', async () => {
    const first = minted(await world.mint({ user_id: 'ephemeral' }));
    await world.store.run(`INSERT INTO instances (agent, instance, kind, created_at, seen_at) VALUES ($1, $2, 'ephemeral', $3, $3)`, [
      AGENT,
      first.instance.id,
      world.time.now,
    ]);
    const authorization = `Bearer ${first.token}`;
    world.time.now += 20 * 60_000;
    expect(await openAs(first)).toMatchObject({ code: 'session_token_expired' });
    expect(minted(await world.mint({ user_id: 'ephemeral' }, { authorization })).instance).toEqual(first.instance);
    const other = await openBrowser(world.clock);
    expect(minted(await world.mint({ user_id: 'ephemeral' }, { authorization, browser: other })).instance.id).not.toBe(first.instance.id);
    world.time.now += 20 * 60_000;
    expect(minted(await world.mint({ user_id: 'ephemeral' }, { authorization })).instance).toEqual(first.instance);
    world.time.now += 30 * 60_000;
    expect(minted(await world.mint({ user_id: 'ephemeral' }, { authorization })).instance.id).not.toBe(first.instance.id);
  });

  test('a session that idled 30 minutes does not go on, though its token was renewed late', async () => {
    const first = minted(await world.mint({ user_id: 'ephemeral' }));
    await world.store.run(`INSERT INTO instances (agent, instance, kind, created_at, seen_at) VALUES ($1, $2, 'ephemeral', $3, $3)`, [
      AGENT,
      first.instance.id,
      world.time.now - 16 * 60_000,
    ]);
    world.time.now += 14 * 60_000;
    const next = minted(await world.mint({ user_id: 'ephemeral' }, { authorization: `Bearer ${first.token}` }));
    expect(next.instance.id).not.toBe(first.instance.id);
  });

  test('a token that was revoked goes on with nothing, however long ago', async () => {
    const first = minted(await world.mint({ user_id: 'ephemeral' }));
    const principal = await openAs(first);
    if (principal.kind !== 'participant') throw new Error('not a participant');
    await world.sessionTokens.revoke(principal);
    world.time.now += 16 * 60_000;
    await deleteExpired(world.store, world.time.now);
    const next = minted(await world.mint({ user_id: 'ephemeral' }, { authorization: `Bearer ${first.token}` }));
    expect(next.instance.id).not.toBe(first.instance.id);
  });

  test('another browser, another level and a token that expired long ago go on with nothing', async () => {
    const first = minted(await world.mint({ user_id: 'ephemeral' }));
    const authorization = `Bearer ${first.token}`;
    const other = await openBrowser(world.clock);
    const results = [
      await world.mint({ user_id: 'ephemeral' }, { authorization, browser: other }),
      await world.mint({ user_id: 'ephemeral', anonymous_secret: randomSecret() }, { authorization }),
      await world.mint({ identity_token: await world.sign({ instance: 'ephemeral' }) }, { authorization }),
      await world.mint({ user_id: 'ephemeral', embed_key: 'pk_other' }, { authorization }),
      await world.mint({ user_id: 'u_1' }, { authorization }),
      await world.mint({}, { authorization }),
    ];
    world.time.now += 45 * 60_000;
    results.push(await world.mint({ user_id: 'ephemeral' }, { authorization }));
    for (const result of results) expect(minted(result).instance.id).not.toBe(first.instance.id);
  });

  test('renewing an anonymous session with an ephemeral id does not keep it', async () => {
    const anonymous = minted(await world.mint());
    const next = minted(await world.mint({ user_id: 'ephemeral' }, { authorization: `Bearer ${anonymous.token}` }));
    expect(next.instance).toMatchObject({ kind: 'ephemeral' });
    expect(next.instance.id).not.toBe(anonymous.instance.id);
  });
});

describe('the bearer ladder', () => {
  test('a secret is an anonymous id of its own that resumes, and only its hash is kept', async () => {
    const secret = randomSecret();
    const first = minted(await world.mint({ anonymous_secret: secret }));
    const again = minted(await world.mint({ anonymous_secret: secret }));
    expect(first).toMatchObject({ level: 'anonymous', binding: 'bearer' });
    expect(first.participant.id).toMatch(/^anon_sec_[A-Za-z0-9_-]{43}$/);
    expect(again.instance).toEqual(first.instance);
    expect(Buffer.from(first.token.split('.')[1] ?? '', 'base64url').toString()).not.toContain(secret);
    expect(await openAs(first)).toMatchObject({ binding: 'bearer', holder: expect.stringMatching(/^sec_[A-Za-z0-9_-]{43}$/) });
  });

  test('neither proof nor secret is no proof, both are malformed', async () => {
    expect(refused(await world.mint({}, { proof: null }))).toBe('invalid_proof');
    expect(refused(await world.mint({ anonymous_secret: randomSecret() }, { proof: await world.browser.prove() }))).toBe('malformed_body');
    expect(refused(await world.mint({ anonymous_secret: null }, { proof: await world.browser.prove() }))).toBe('malformed_body');
  });

  test.each([null, '', 'short', 7, randomBytes(33).toString('base64url'), 'A'.repeat(43), `${'x'.repeat(42)}=`, 'B'.repeat(43)])(
    'secret %j is malformed',
    async (secret) => {
      expect(refused(await world.mint({ anonymous_secret: secret }))).toBe('malformed_body');
    },
  );
});
