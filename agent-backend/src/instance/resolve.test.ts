import * as fc from 'fast-check';
import { INSTANCE_KINDS, parseId } from '@familiar/protocol';
import { describe, expect, test } from 'vitest';
import { holderOfKey } from '../identity/anonymous-secret.ts';
import type { IdentityClaims } from '../identity/identity-claims.ts';
import { IdentityError } from '../identity/identity-error.ts';
import { instanceId } from './instance-id.ts';
import { type IdentityInput, resolve } from './resolve.ts';
import { resolveServerCall } from './server-instance.ts';

const AGENT = { name: 'acme/helper', softIds: 'shared', softInstances: false } as const;

function input(overrides: Partial<IdentityInput> = {}): IdentityInput {
  return {
    agent: AGENT,
    claims: null,
    userId: undefined,
    instance: undefined,
    holder: holderOfKey('thumb'),
    freshPart: 'fresh',
    ...overrides,
  };
}

function claimsOf(sub: string, instance: IdentityClaims['instance'] = null): IdentityClaims {
  return { sub, iss: 'acme', jti: 'j', iat: 0, exp: 600, kid: 'k1', instance };
}

function codeOf(overrides: Partial<IdentityInput>): string {
  try {
    resolve(input(overrides));
    return 'accepted';
  } catch (error) {
    return error instanceof IdentityError ? error.code : 'threw';
  }
}

/** Separators, brackets, quotes, escapes and look-alikes of the key's own preimage. */
const awkward = fc.oneof(
  fc.string({ unit: fc.constantFrom('"', ',', '[', ']', '\\', ':', '/', '|', 'a', 'A', '_', '-', '.', '0'), minLength: 1, maxLength: 8 }),
  fc.string({ minLength: 1, maxLength: 20 }),
  fc.constantFrom(
    'alice',
    'Alice',
    'v1',
    'soft',
    'verified',
    'shared',
    '","',
    '__proto__',
    '../x',
    'constructor',
    '\u00e9',
    'e\u0301',
    '\ufb01',
    'fi',
  ),
);

describe('instance ids', () => {
  test('distinct tuples have distinct ids, over awkward parts, kinds and agents', () => {
    const tuple = fc.record({
      agent: fc.constantFrom('a/b-c', 'a-b/c', 'a/b', 'b/a'),
      kind: fc.constantFrom(...INSTANCE_KINDS),
      parts: fc.array(awkward, { minLength: 1, maxLength: 3 }) as fc.Arbitrary<[string, ...string[]]>,
    });
    fc.assert(
      fc.property(tuple, tuple, (left, right) => {
        const isSame = JSON.stringify(left) === JSON.stringify(right);
        return (instanceId(left) === instanceId(right)) === isSame && /^inst_[A-Za-z0-9_-]{43}$/.test(instanceId(left));
      }),
      { numRuns: 2000 },
    );
  });

  test('parts that join to the same text stay apart', () => {
    const ids = [['a:b', 'c'], ['a', 'b:c'], ['a:b:c'], ['a', 'b', 'c'], ['["a","b"]'], ['a","b']].map((parts) =>
      instanceId({ agent: AGENT.name, kind: 'soft', parts: parts as [string] }),
    );
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('an id never changes: it is the key of all that is stored', () => {
    // printf '["v1","acme","helper","verified","alice"]' | openssl dgst -sha256 -binary | basenc --base64url
    expect(instanceId({ agent: 'acme/helper', kind: 'verified', parts: ['alice'] })).toBe(
      'inst_jiyYeKWzURP5S62OLUNFrGUDHKsMtR6ZcTnwHyqYqcc',
    );
  });

  test.each([
    ['no agent', { agent: 'acme', kind: 'soft', parts: ['a'] }],
    ['no parts', { agent: 'acme/helper', kind: 'soft', parts: [] }],
    ['an empty part', { agent: 'acme/helper', kind: 'soft', parts: [''] }],
  ])('%s throws', (_name, key) => expect(() => instanceId(key as never)).toThrow(TypeError));
});

describe('the ladder', () => {
  test('any string in every space: accepted ids give distinct instances, others none', () => {
    fc.assert(
      fc.property(awkward, (id) => {
        if (parseId(id).kind !== 'id') return codeOf({ userId: id }) !== 'accepted';
        const all = [
          resolve(input({ userId: id })),
          resolve(input({ claims: claimsOf(id) })),
          resolve(input({ claims: claimsOf('someone', { kind: 'shared', name: id }) })),
          resolve(input({ userId: id, agent: { ...AGENT, softIds: 'browser' } })),
          resolve(input({ holder: holderOfKey(id) })),
          resolve(input({ userId: 'ephemeral', freshPart: id })),
        ];
        return new Set(all.map(({ instance }) => instance.id)).size === all.length;
      }),
      { numRuns: 500 },
    );
  });

  test('two different ids never share an instance, in any space', () => {
    fc.assert(
      fc.property(awkward, awkward, (left, right) => {
        fc.pre(left !== right && parseId(left).kind === 'id' && parseId(right).kind === 'id');
        const make = (id: string) =>
          [resolve(input({ userId: id })), resolve(input({ claims: claimsOf(id) }))].map(({ instance }) => instance.id);
        return new Set([...make(left), ...make(right)]).size === 4;
      }),
      { numRuns: 500 },
    );
  });
});

describe('softIds', () => {
  test('"browser" gives each browser its own instance of the same soft id', () => {
    const agent = { ...AGENT, softIds: 'browser' } as const;
    const [here, there] = ['one', 'two'].map((key) => resolve(input({ agent, userId: 'u_1', holder: holderOfKey(key) })));
    expect(here?.participant).toEqual(there?.participant);
    expect(here?.instance.id).not.toBe(there?.instance.id);
    expect(resolve(input({ agent, userId: 'u_1', holder: holderOfKey('one') })).instance).toEqual(here?.instance);
  });

  test('"refuse" takes signed ids, anonymous and ephemeral visitors, and no soft id', () => {
    const agent = { ...AGENT, softIds: 'refuse' } as const;
    expect(codeOf({ agent, userId: 'u_1' })).toBe('identity_required');
    expect(codeOf({ agent })).toBe('accepted');
    expect(codeOf({ agent, userId: 'ephemeral' })).toBe('accepted');
    expect(codeOf({ agent, claims: claimsOf('u_1'), userId: 'u_1' })).toBe('accepted');
  });
});

describe('shared instances', () => {
  const agent = { ...AGENT, softInstances: true };
  test('a page names one only where the agent lets it; its participants keep their level and id', () => {
    expect(codeOf({ instance: 'team' })).toBe('identity_required');
    const soft = resolve(input({ agent, userId: 'u_1', instance: 'team' }));
    const signed = resolve(input({ claims: claimsOf('alice', { kind: 'shared', name: 'team' }) }));
    expect(soft).toMatchObject({ participant: { level: 'soft', id: 'u_1' }, instance: { kind: 'shared', name: 'team' } });
    expect(signed.participant).toEqual({ level: 'verified', id: 'alice' });
    expect(signed.instance).toEqual(soft.instance);
  });

  test('a page cannot lead away from the instance that was signed', () => {
    const claims = claimsOf('alice', { kind: 'shared', name: 'team' });
    expect(codeOf({ agent, claims, instance: 'other' })).toBe('identity_mismatch');
    expect(codeOf({ agent, claims, instance: 'ephemeral' })).toBe('identity_mismatch');
    expect(codeOf({ agent, claims: claimsOf('alice', { kind: 'ephemeral' }), instance: 'team' })).toBe('identity_mismatch');
  });

  test('an ephemeral visitor has no part in what is kept', () => {
    expect(codeOf({ agent, userId: 'ephemeral', instance: 'team' })).toBe('conflicting_ids');
  });

  test.each([
    ['', 'invalid_id'],
    [null, 'invalid_id'],
    ['default', 'degenerate_id'],
    ['shared:x', 'reserved_id'],
  ])('name %j is refused with %s', (instance, code) => {
    expect(codeOf({ agent, instance })).toBe(code);
  });
});

describe('a call with a secret key', () => {
  const call = { agent: AGENT.name, endUserId: undefined, userId: undefined, instance: undefined, freshPart: 'fresh' };
  const code = (overrides: Partial<typeof call> | Record<string, unknown>) => {
    try {
      return resolveServerCall({ ...call, ...overrides }).instance.kind;
    } catch (error) {
      return error instanceof IdentityError ? error.code : 'threw';
    }
  };
  test('reaches the instance that the same verified sub reaches', () => {
    const byServer = resolveServerCall({ ...call, endUserId: 'alice', userId: 'alice' });
    expect(byServer).toEqual(resolve(input({ claims: claimsOf('alice') })));
    expect(resolveServerCall({ ...call, userId: 'alice', instance: 'team' }).instance).toEqual(
      resolve(input({ claims: claimsOf('bob', { kind: 'shared', name: 'team' }) })).instance,
    );
  });
  test.each([
    [{}, 'invalid_id'],
    [{ endUserId: null }, 'invalid_id'],
    [{ endUserId: 'a', userId: 'b' }, 'conflicting_ids'],
    [{ endUserId: 'a', userId: null }, 'conflicting_ids'],
    [{ endUserId: 'guest' }, 'degenerate_id'],
    [{ endUserId: 'anon_x' }, 'reserved_id'],
    [{ endUserId: 7 }, 'invalid_id'],
    [{ endUserId: 'Ephemeral:x' }, 'ephemeral'],
    [{ endUserId: 'ephemeral', instance: 'team' }, 'conflicting_ids'],
    [{ endUserId: 'a', instance: 'ephemeral' }, 'ephemeral'],
    [{ endUserId: 'a', instance: '' }, 'invalid_id'],
  ])('%j is %s', (overrides, expected) => expect(code(overrides)).toBe(expected));
});
