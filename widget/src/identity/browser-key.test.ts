import { expect, it, onTestFinished, vi } from 'vitest';
import { get, createStore } from 'idb-keyval';
import { systemClock } from '../config/clock.ts';
import { freezeIn } from '../test/frozen-tab.ts';
import { createManualClock } from '../test/manual-clock.ts';
import { loadBrowserKey, type BrowserKey, wipeBrowser } from './browser-key.ts';
import { type ProofRequest, signProof } from './proof.ts';
import { openVault, type Vault } from './vault.ts';

const PROOF = { method: 'POST', url: 'https://chat.example/v1/embed/session-tokens?x=1#y' };
let agents = 0;

function newAgent(): string {
  agents += 1;
  const agent = `test/agent-${agents}`;
  onTestFinished(async () => wipeBrowser(agent, openVault(agent, systemClock)));
  return agent;
}

const load = async (agent: string, vault: Vault = openVault(agent, systemClock)): Promise<BrowserKey> =>
  loadBrowserKey({ agent, vault, isMemoryOnly: false });

const read = (part: string | undefined): Record<string, unknown> => JSON.parse(new TextDecoder().decode(bytes(part ?? '')));
const bytes = (part: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(part.replaceAll('-', '+').replaceAll('_', '/')), (char) => char.charCodeAt(0));

async function prove({ pair }: BrowserKey, request: ProofRequest = PROOF): Promise<string> {
  if (pair === undefined) throw new Error('This browser has only a secret.');
  return signProof(pair, request, systemClock);
}

async function publicKeyOf(key: BrowserKey): Promise<unknown> {
  return read((await prove(key)).split('.')[0])['jwk'];
}

/** Runs the module in frames of this origin, after `before` has had its way with their globals. */
async function inFrames(agent: string, count: number, before = ''): Promise<{ kind: string; storage: string; jwk: unknown }[]> {
  const module = JSON.stringify(new URL('./browser-key.ts', import.meta.url).href);
  const vault = JSON.stringify(new URL('./vault.ts', import.meta.url).href);
  const clock = JSON.stringify(new URL('../config/clock.ts', import.meta.url).href);
  const code = `<script>${before}</script><script type="module">
    import { loadBrowserKey } from ${module}; import { openVault } from ${vault}; import { systemClock } from ${clock};
    const key = await loadBrowserKey({ agent: '${agent}', vault: openVault('${agent}', systemClock), isMemoryOnly: false });
    const jwk = key.pair ? (await crypto.subtle.exportKey('jwk', key.pair.publicKey)).x : key.secret;
    parent.postMessage({ agent: '${agent}', kind: key.pair ? 'key' : 'secret', storage: key.storage, jwk });
  </script>`;
  const answers: { kind: string; storage: string; jwk: unknown }[] = [];
  const all = new Promise<void>((resolve) => {
    const listen = ({ data }: MessageEvent): void => {
      if (data?.agent !== agent) return;
      answers.push(data);
      if (answers.length < count) return;
      removeEventListener('message', listen);
      resolve();
    };
    addEventListener('message', listen);
  });
  const frames = Array.from({ length: count }, () => {
    const frame = document.createElement('iframe');
    frame.srcdoc = code;
    return frame;
  });
  document.body.append(...frames);
  await all;
  for (const frame of frames) frame.remove();
  return answers;
}

it('makes one key when twelve tabs start at once', async () => {
  const keys = await inFrames(newAgent(), 12);
  expect(new Set(keys.map(({ jwk }) => JSON.stringify(jwk))).size).toBe(1);
});

it('makes one key when twelve tabs start at once and there are no Web Locks', async () => {
  const keys = await inFrames(newAgent(), 12, 'Object.defineProperty(navigator, "locks", { value: undefined });');
  expect(new Set(keys.map(({ jwk }) => JSON.stringify(jwk))).size).toBe(1);
});

it('finds the same key again, and cannot export it', async () => {
  const agent = newAgent();
  const first = await publicKeyOf(await load(agent));
  expect(await publicKeyOf(await load(agent))).toEqual(first);
  const pair = await get<CryptoKeyPair>('key', createStore(`familiar:${agent}`, 'familiar'));
  if (pair === undefined) throw new Error('No key was stored.');
  expect(pair.privateKey.extractable).toBe(false);
  await expect(crypto.subtle.exportKey('jwk', pair.privateKey)).rejects.toThrow();
});

it.each(['publicKey', 'privateKey', 'epoch'])('makes another key where what is stored has no %s', async (lost) => {
  const agent = newAgent();
  const vault = openVault(agent, systemClock);
  await load(agent, vault);
  await vault.update('key', (kept) => ({ ...Object(kept), [lost]: undefined }));
  const made = await load(agent, vault);
  expect(made).toMatchObject({ storage: 'durable', epoch: expect.any(String) });
  expect(await prove(made)).toBeTruthy();
});

it('has another key after a wipe, and another one per agent', async () => {
  const agent = newAgent();
  const first = await publicKeyOf(await load(agent));
  expect(await publicKeyOf(await load(newAgent()))).not.toEqual(first);
  await wipeBrowser(agent, openVault(agent, systemClock));
  expect(await publicKeyOf(await load(agent))).not.toEqual(first);
});

it('signs a proof that verifies, for this method and address only', async () => {
  const key = await load(newAgent());
  const proofs = await Promise.all([prove(key, { ...PROOF, nonce: 'n1' }), prove(key)]);
  const [header = '', claims = '', signature = ''] = proofs[0].split('.');
  const jwk = read(header)['jwk'] as JsonWebKey;
  expect(read(header)).toMatchObject({ typ: 'dpop+jwt', alg: 'ES256' });
  expect(Object.keys(jwk).sort()).toEqual(['crv', 'kty', 'x', 'y']);
  const publicKey = await crypto.subtle.importKey('jwk', jwk, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['verify']);
  const signed = new TextEncoder().encode(`${header}.${claims}`);
  expect(await crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, publicKey, bytes(signature), signed)).toBe(true);
  expect(read(claims)).toMatchObject({ htm: 'POST', htu: 'https://chat.example/v1/embed/session-tokens', nonce: 'n1' });
  expect(read(claims)['jti']).not.toBe(read(proofs[1].split('.')[1])['jti']);
});

const NO_DATABASE = 'Object.defineProperty(window, "indexedDB", { get() { throw new DOMException("blocked", "SecurityError"); } });';
const NO_LOCAL = 'Object.defineProperty(window, "localStorage", { get() { throw new DOMException("blocked", "SecurityError"); } });';

it('keeps a secret of 256 bits where there is no IndexedDB', async () => {
  const agent = newAgent();
  const [first] = await inFrames(agent, 1, NO_DATABASE);
  expect(first).toMatchObject({ kind: 'secret', storage: 'durable', jwk: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/) });
  expect((await inFrames(agent, 1, NO_DATABASE))[0]?.jwk).toBe(first?.jwk);
});

it('keeps a secret on a plain-http page, which has neither WebCrypto nor its names nor Web Locks', async () => {
  const agent = newAgent();
  const insecure = `delete window.CryptoKey; delete Crypto.prototype.subtle; delete Navigator.prototype.locks;`;
  const [first] = await inFrames(agent, 1, insecure);
  expect(first).toMatchObject({ kind: 'secret', storage: 'durable', jwk: expect.stringMatching(/^[\w-]{43}$/) });
  expect((await inFrames(agent, 1, insecure))[0]?.jwk).toBe(first?.jwk);
});

const refuse = async (): Promise<never> => Promise.reject(new DOMException('blocked', 'SecurityError'));
const BROKEN: Vault = { get: refuse, update: refuse, remove: refuse, clear: refuse, close: () => undefined };

it('keeps one secret when twelve start at once, and there are neither IndexedDB nor Web Locks', async () => {
  const locks = vi.spyOn(navigator, 'locks', 'get').mockReturnValue(undefined as never);
  onTestFinished(() => locks.mockRestore());
  const agent = newAgent();
  const keys = await Promise.all(Array.from({ length: 12 }, async () => load(agent, BROKEN)));
  expect(keys.map(({ storage }) => storage)).toEqual(Array.from({ length: 12 }, () => 'durable'));
  expect(new Set(keys.map(({ secret }) => secret)).size).toBe(1);
});

it('makes a secret anew where what is kept is none', async () => {
  const agent = newAgent();
  for (const kept of ['', '{', 'null', '"x"', '{"epoch":7}', '{"epoch":"short","person":null}', `{"epoch":"${'!'.repeat(43)}"}`]) {
    localStorage.setItem(`familiar:${agent}:secret`, kept);
    const { secret, storage } = await load(agent, BROKEN);
    expect([kept, storage, secret]).toEqual([kept, 'durable', expect.stringMatching(/^[\w-]{43}$/)]);
    expect((await load(agent, BROKEN)).secret).toBe(secret);
  }
});

it('wipes the secret of the verified user before, where there is no IndexedDB', async () => {
  const agent = newAgent();
  const wiped: string[] = [];
  const sit = async (person: string | null): Promise<string | undefined> => {
    const options = { agent, vault: BROKEN, isMemoryOnly: false, person, onOther: (epoch: string) => wiped.push(epoch) };
    return (await loadBrowserKey(options)).secret;
  };
  const first = await sit(null);
  expect(await sit('alice')).toBe(first);
  expect([await sit('alice'), await sit(null), wiped]).toEqual([first, first, []]);
  const second = await sit('bob');
  expect(second).toMatch(/^[\w-]{43}$/);
  expect(second).not.toBe(first);
  expect([await sit('bob'), wiped]).toEqual([second, [first]]);
});

it('keeps a key in memory where all storage is blocked, and says so', async () => {
  const [found] = await inFrames(newAgent(), 1, NO_DATABASE + NO_LOCAL);
  expect(found).toMatchObject({ kind: 'key', storage: 'none' });
});

it('goes on after two seconds when storage never answers', async () => {
  const clock = createManualClock();
  const agent = newAgent();
  const silent = vi.spyOn(indexedDB, 'open').mockImplementation(() => new EventTarget() as IDBOpenDBRequest);
  onTestFinished(() => silent.mockRestore());
  const found = load(agent, openVault(agent, clock));
  await vi.waitFor(() => expect(clock.asked).toEqual([2_000]));
  clock.advance(2_000);
  expect((await found).storage).toBe('durable');
});

it('makes its key where a frozen tab keeps the lock, and takes the one that is there', async () => {
  const agent = newAgent();
  const impatience = new AbortController();
  const limit = vi.spyOn(AbortSignal, 'timeout').mockReturnValue(impatience.signal);
  onTestFinished(() => limit.mockRestore());
  const thaw = await freezeIn(`${agent}:key`);
  const loading = load(agent);
  impatience.abort(new DOMException('', 'TimeoutError'));
  const key = await loading;
  expect(key).toMatchObject({ storage: 'durable', pair: {} });
  thaw();
  expect(await publicKeyOf(await load(agent))).toEqual(await publicKeyOf(key));
});

it('lets go of its database', async () => {
  const agent = newAgent();
  const vault = openVault(agent, systemClock);
  await load(agent, vault);
  const emptied = vault.clear();
  vault.close();
  await emptied;
  await new Promise((resolve, reject) => {
    const deleting = indexedDB.deleteDatabase(`familiar:${agent}`);
    deleting.addEventListener('success', resolve);
    deleting.addEventListener('blocked', () => reject(new Error('A connection is open.')));
  });
});
