import type { ClaimRequest, MintResponse } from '@familiar/protocol';
import { derived, effect, type ReadonlySignal, signal } from '../../reactive/signal.ts';
import type { Vault } from '../../identity/vault.ts';
import { Failure, toFailure } from '../../session/failure.ts';
import { limit, send } from '../../session/transport.ts';
import type { CardFailure, ClaimState } from '../../ui/extras/extras-model.ts';
import type { People } from '../people.ts';
import type { Visit } from '../visit.ts';
import { readPreview, readReceipt } from './read-claim.ts';
import type { Panel } from '../panel.ts';
import { ASK_AFTER } from './watch-extras.ts';

/** Whether to take the anonymous conversations of this browser into the account: asked once for each sign-in (contract §5). */
export interface Claim {
  readonly claim: ReadonlySignal<ClaimState>;
  keep(): void;
  /** Not asked again for a day. */
  notNow(): void;
  undo(): void;
  dismiss(): void;
  dispose(): void;
}

const PATH = '/v1/embed/claims';
const DAY_S = 86_400;
const NONE: ClaimState = { kind: 'none' };

/** A state, and whose it is: an offer belongs to one visit, a receipt to one account. */
interface Owned {
  readonly visit: Visit;
  readonly person: string;
  readonly state: ClaimState;
}

export function createClaim(options: Panel): Claim {
  const { model, people, transport, vault } = options;
  const desk = createDesk(options, vault);
  const asked = new WeakSet<Visit>();
  const undoAsking = effect(() => {
    const visit = people.visit.value;
    const config = model.config.value;
    const mayAsk = visit.grant.value?.instance.kind === 'verified' && config !== null && config.flags.claim !== 'never';
    // A key in memory alone has nothing before it, and where nothing may be kept not even an empty store is opened.
    if (!mayAsk || visit.key.value?.storage !== 'durable' || asked.has(visit)) return;
    asked.add(visit);
    void ask(desk, visit);
  });
  return {
    claim: desk.state,
    keep() {
      const now = desk.state.peek();
      if (now.kind === 'offer' && !now.isBusy) void keep(desk, now);
    },
    notNow() {
      desk.clear();
      vault.update(ASK_AFTER, () => transport.clock.unixSeconds() + DAY_S).catch(() => undefined);
    },
    undo() {
      const now = desk.state.peek();
      if (now.kind === 'done' && !now.isBusy) void undo(desk, now);
    },
    dismiss: desk.clear,
    dispose() {
      undoAsking();
      desk.clear();
    },
  };
}

/** What lies before the visitor, and what is needed to act on it. */
interface Desk {
  readonly options: Panel;
  readonly vault: Vault;
  readonly state: ReadonlySignal<ClaimState>;
  /** Ignored where the visit is over. */
  readonly set: (visit: Visit, state: ClaimState) => void;
  readonly clear: () => void;
  /** This key has nothing more to be taken over. */
  readonly forget: () => void;
}

function createDesk(options: Panel, vault: Vault): Desk {
  const { people } = options;
  const owned = signal<Owned | null>(null);
  const isShown = ({ visit, person, state }: Owned): boolean =>
    state.kind === 'offer' ? visit === people.visit.value : person === personOf(people.visit.value.grant.value);
  return {
    options,
    vault,
    state: derived(() => (owned.value !== null && isShown(owned.value) ? owned.value.state : NONE)),
    set(visit, state) {
      const person = personOf(visit.grant.peek());
      if (person !== null && visit === people.visit.peek()) owned.value = { visit, person, state };
    },
    clear: () => void (owned.value = null),
    forget: () => void vault.remove(ASK_AFTER).catch(() => undefined),
  };
}

async function ask({ options, vault, forget, set }: Desk, visit: Visit): Promise<void> {
  try {
    const askAfter = await vault.get(ASK_AFTER);
    if (typeof askAfter !== 'number' || askAfter > options.transport.clock.unixSeconds()) return;
    const sessions = readPreview(await post(options, visit, { preview: true }));
    if (sessions.length === 0) forget();
    else set(visit, { kind: 'offer', sessions, isBusy: false, failure: null });
  } catch {
    // Nobody asked for it: the next sign-in tries again.
  }
}

async function keep({ options, forget, set }: Desk, offer: ClaimState & { kind: 'offer' }): Promise<void> {
  const { people } = options;
  const visit = people.visit.peek();
  set(visit, { ...offer, isBusy: true, failure: null });
  try {
    const receipt = readReceipt(await post(options, visit, {}));
    set(visit, { kind: 'done', receipt, isBusy: false, failure: null });
    if (visit !== people.visit.peek()) return;
    forget();
    if (!rekey(people)) visit.show(offer.sessions[0]?.id ?? null);
  } catch (error) {
    set(visit, { ...offer, isBusy: false, failure: failureOf(error) });
  }
}

async function undo({ options, set }: Desk, done: ClaimState & { kind: 'done' }): Promise<void> {
  const visit = options.people.visit.peek();
  set(visit, { ...done, isBusy: true, failure: null });
  try {
    const receipt = readReceipt(await visit.session.json(`${PATH}/${encodeURIComponent(done.receipt.id)}`, { method: 'DELETE' }));
    set(visit, { kind: 'done', receipt, isBusy: false, failure: null });
    // What is on the screen may be what has just left.
    if (visit === options.people.visit.peek()) visit.show(null);
  } catch (error) {
    set(visit, { ...done, isBusy: false, failure: failureOf(error) });
  }
}

/** Proven with the anonymous key, which is the key of this browser, and sent as the account. */
async function post({ transport }: Panel, visit: Visit, body: ClaimRequest): Promise<unknown> {
  const { token } = await visit.session.grant();
  const key = visit.key.peek();
  if (key === null) throw new Failure('aborted');
  const sent = { ...body, anonymous_secret: key.pair ? undefined : key.secret };
  const response = await send(transport, PATH, { method: 'POST', key, token, body: sent, signal: limit() });
  return response.json();
}

/** The same person with a new browser key, here and in the other tabs. False where the page gives no fresh tokens. */
function rekey({ identity, replace }: People): boolean {
  const canAsk = identity.level === 'verified' && identity.getIdentityToken !== null;
  if (canAsk) replace(identity, 'renewal', 'wipe');
  return canAsk;
}

function personOf(grant: MintResponse | null): string | null {
  return grant === null ? null : JSON.stringify([grant.participant.level, grant.participant.id, grant.instance.id]);
}

function failureOf(error: unknown): CardFailure {
  const { code, status } = toFailure(error);
  if (code === 'run_in_progress') return 'running';
  if (status === 410) return 'too-late';
  return status === 401 || status === 403 ? 'sign-in' : 'other';
}
