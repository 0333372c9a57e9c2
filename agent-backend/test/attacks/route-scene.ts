import { randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair } from 'jose';
import type { Route } from '../../src/http/route.ts';
import { type AttackWorld, BASE, type Door, type Members, ORIGIN, say } from './attack-world.ts';

/** What the calls of a route name: alice's things, or things that are not there. */
export interface Names {
  readonly session: string;
  readonly run: string;
  readonly memory: string;
  readonly claim: string;
  readonly instance: string;
  readonly kid: string;
  readonly owner: string;
}

export const UNKNOWN: Names = {
  session: `sess_${randomUUID()}`,
  run: randomUUID(),
  memory: 'mem_AAAAAAAAAAAAAAAAAAAAAAAAAAA',
  claim: `claim_${randomUUID()}`,
  instance: 'inst_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
  kid: 'not-there',
  owner: 'nobody',
};

/** Whoever calls: a credential, and what a server adds to the address and the body to name somebody. */
export interface Caller {
  readonly token?: string | undefined;
  readonly query?: string;
  readonly metadata?: Members;
  readonly proof?: (path: string) => Promise<string>;
  readonly door?: Door;
}

/** Alice with one of everything in her own instance, and her team's shared one; and everybody who is not alice. */
export async function openScene(world: AttackWorld, route: Route) {
  const { doors } = world;
  const alice = `alice_${randomUUID()}`;
  const { names, browser, canary } = await settle(world, { alice, route });
  const send = async (route: Route, caller: Caller, named: Names = names): Promise<Response> => {
    const path = fillPath(route.path, named, caller.door ?? doors.helper);
    const proof: Record<string, string> = caller.proof === undefined ? {} : { dpop: await caller.proof(path) };
    const body = await bodyOf(route, { named, caller, embedKey: doors.helper.embedKey });
    return world.call(route.method, `${path}${queryOf(route, { named, caller, alice, embedKey: doors.helper.embedKey })}`, {
      token: caller.token,
      headers: { ...(caller.proof === undefined ? {} : { origin: ORIGIN }), ...proof },
      ...(body === undefined ? {} : { body }),
    });
  };
  const proves = (by: typeof browser) => (path: string) => by.prove({ htu: BASE + path });
  const visitor = async (members: Members, door: Door = doors.helper): Promise<Caller> => {
    const by = await world.newBrowser();
    return { token: (await world.mint(members, { browser: by, door })).token, proof: proves(by), door: doors.helper };
  };
  const notAlice = `not_${alice}`;
  const ownServer: Caller = { token: doors.helper.secretKey, query: `end_user_id=${notAlice}`, metadata: { end_user_id: notAlice } };
  return {
    canary,
    send,
    textOf: readSome,
    owner: async (route: Route): Promise<Caller> => {
      if (isForServersAlone(route)) return { token: doors.helper.secretKey };
      return { token: (await world.signIn(alice, doors.helper, browser)).token, proof: proves(browser) };
    },
    /** None of them is alice, though all but the first say her name. */
    strangers: async (route: Route): Promise<Record<string, Caller>> => ({
      anonymous: await visitor({}),
      soft: await visitor({ user_id: alice }),
      'other user': await visitor({ identity_token: await world.sign({ sub: notAlice }) }),
      'other agent': await visitor({ identity_token: await world.sign({ sub: alice, aud: doors.other.agent }) }, doors.other),
      ...(isForServersAlone(route) ? {} : { 'server for another user': ownServer }),
      "other agent's server": { token: doors.other.secretKey, query: `end_user_id=${alice}`, metadata: { end_user_id: alice } },
    }),
    /** Is everything of alice's still there? */
    isWhole: async (): Promise<boolean> => {
      const answer = await world.call('GET', `/v1/sessions/${names.session}/messages`, {
        token: (await world.signIn(alice, doors.helper, browser)).token,
      });
      return (await answer.text()).includes(`Mine alone ${canary}`);
    },
  };
}

/** There, the agent's own server is the owner, not a stranger. */
const isForServersAlone = ({ credentials }: Route): boolean => credentials.every((kind) => kind === 'secret');

interface Settling {
  readonly alice: string;
  readonly route: Route;
}

/** Gives alice one of everything. */
async function settle(world: AttackWorld, { alice, route }: Settling) {
  const canary = `canary-${randomUUID()}`;
  const browser = await world.newBrowser();
  const anonymous = await world.mint({}, { browser });
  await talk(world, anonymous.token, `Before sign-in ${canary}`);
  const { token } = await world.signIn(alice, world.doors.helper, browser);
  const dpop = await browser.prove({ htu: `${BASE}/v1/embed/claims` });
  const claimed = await world.call('POST', '/v1/embed/claims', { token, body: {}, headers: { origin: ORIGIN, dpop } });
  const { session, run } = await talk(world, token, `Mine alone ${canary}`);
  const team = await world.mint({ identity_token: await world.sign({ sub: alice, instance: `team_${alice}` }) }, { browser });
  await talk(world, team.token, `For the team ${canary}`);
  const facts = await world.call('GET', '/v1/instance/memories', { token });
  const kid = `k_${randomUUID()}`;
  // An agent has few keys: only where one is needed.
  if (route.path.includes(':kid'))
    await world.call('POST', '/v1/identity-keys', { token: world.doors.helper.secretKey, body: await newKey(kid) });
  const claim = ((await claimed.json()) as { id: string }).id;
  const memory = ((await facts.json()) as { data: { id: string }[] }).data[0]?.id ?? 'none';
  const names: Names = { session, run, memory, claim, instance: team.instance.id, kid, owner: alice };
  return { names, browser, canary };
}

export type Scene = Awaited<ReturnType<typeof openScene>>;

async function talk(world: AttackWorld, token: string, text: string): Promise<{ session: string; run: string }> {
  const made = await world.call('POST', '/v1/sessions', { token, body: { metadata: {} } });
  const { id: session } = (await made.json()) as { id: string };
  const input = say(text);
  const answer = await world.call('POST', `/v1/sessions/${session}/runs`, { token, body: input });
  if (answer.status !== 200) throw new Error(`The run answered ${answer.status}`);
  await answer.text();
  return { session, run: input.runId };
}

function fillPath(path: string, named: Names, door: Door): string {
  const [org = '', agent = ''] = door.agent.split('/');
  const ids: Record<string, string> = { org, agent, runId: named.run, kid: named.kid, level: 'verified', participant: named.owner };
  const id = path.startsWith('/v1/sessions')
    ? named.session
    : path.includes('claims')
      ? named.claim
      : path.includes('memories')
        ? named.memory
        : named.instance;
  return path.replaceAll(/:(\w+)/g, (_, name: string) => (name === 'id' ? id : (ids[name] ?? '')));
}

interface Asked {
  readonly named: Names;
  readonly caller: Caller;
}

function queryOf(
  { path, method }: Route,
  { named, caller, alice, embedKey }: Asked & { readonly alice: string; readonly embedKey: string },
): string {
  if (path === '/v1/embed/config') return `?embed_key=${embedKey}`;
  if (path === '/v1/instances' && method === 'GET') return `?name=${named === UNKNOWN ? 'nowhere' : `team_${alice}`}`;
  return caller.query === undefined ? '' : `?${caller.query}`;
}

async function bodyOf({ method, path, body }: Route, { named, caller, embedKey }: Asked & { readonly embedKey: string }): Promise<unknown> {
  if (body === undefined) return undefined;
  if (path === '/v1/embed/session-tokens') return { embed_key: embedKey };
  if (path === '/v1/sessions') return { metadata: caller.metadata ?? {} };
  if (path.endsWith('/runs')) return say('Repeat what was said here.');
  if (path.endsWith('/ag-ui')) return { ...say('Repeat what was said here.'), threadId: named.session };
  if (path === '/v1/identity-keys') return newKey(`k_${randomUUID()}`);
  if (path.startsWith('/v1/identity-keys')) return { status: 'retiring' };
  return method === 'PATCH' ? { title: 'Another title' } : {};
}

async function newKey(kid: string) {
  const { publicKey } = await generateKeyPair('ES256');
  return { issuer: 'acme', jwk: { ...(await exportJWK(publicKey)), kid }, status: 'next' };
}

/** A stream's first second is enough: what it leaks, it leaks in its first events. */
async function readSome(answer: Response): Promise<string> {
  if (!answer.headers.get('content-type')?.startsWith('text/event-stream')) return answer.text();
  const reader = answer.body?.getReader();
  const first = await reader?.read();
  await reader?.cancel();
  return new TextDecoder().decode(first?.value);
}
