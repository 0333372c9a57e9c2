import { batch, onEnd, type ReadonlySignal, signal } from '../reactive/signal.ts';
import type { Warn } from '../config/warn.ts';
import { wipeBrowser } from '../identity/browser-key.ts';
import {
  type Identity,
  type IdentityInput,
  type IdentityReason,
  idOf,
  isSamePerson,
  NOBODY,
  resolveIdentity,
} from '../identity/identity.ts';
import { createVisit, type Visit, type VisitOptions } from './visit.ts';

/** Whoever sits here, one at a time: a changed identity leaves with all that is theirs before the next one begins. */
export interface People {
  readonly visit: ReadonlySignal<Visit>;
  /** Replaced whole with every change of person. */
  readonly current: () => Identity;
  /** Another person, or the same with fresh token sources: then what waited for a token goes on. */
  identify(input: IdentityInput): void;
  readonly logout: () => void;
  /** The same person with a new browser key, here and in the other tabs. False where the page gives no fresh tokens. */
  rekey(): boolean;
  /** Shows who is here to the server; again, at once, after trouble. */
  readonly start: () => void;
  /** Starts, and runs what needs a conversation, in order, once there is one; another person drops it. */
  readonly ask: (run: () => void) => void;
  /** The page comes back, `isBack` out of the back/forward cache. Settles when whoever is shown may be seen. */
  wake(isBack: boolean): Promise<void>;
}

export interface PeopleOptions extends Omit<VisitOptions, 'identity' | 'after' | 'onReady' | 'onDrift' | 'onGone'> {
  readonly onChange: () => void;
}

/** The one owner of the identity, by the rules of docs/decisions/020-tabs-and-identity.md. */
export function createPeople(options: PeopleOptions): People {
  const { settings, warn } = options;
  const here = beginHere(options, readIdentity(settings.peek(), warn));
  const { idHere, replace, visit, waiting } = here;
  hearTabs(options, here);
  onEnd(() => visit.peek().end(false));
  const start = (): void => {
    here.isStarted = true;
    visit.peek().start();
  };
  return {
    visit,
    start,
    current: () => here.identity,
    ask(run) {
      waiting.push(run);
      start();
      here.onReady();
    },
    identify(input) {
      const before = here.identity;
      const next = readIdentity(input, warn);
      if (isSamePerson(before, next)) {
        here.identity = next;
        if (here.isStarted) start();
        return;
      }
      // Before the first start nothing of them was used here, and nothing may be touched (contract §8).
      const isNamed = here.isStarted && /soft|verified/.test(before.level);
      replace(next, 'identify', isNamed && (idOf(next) ?? '') !== idHere() ? 'wipe' : 'keep');
    },
    logout: () => replace(NOBODY, 'logout', 'wipe'),
    rekey() {
      const { identity } = here;
      const canAsk = identity.level === 'verified' && identity.getIdentityToken !== null;
      if (canAsk) replace(identity, 'renewal', 'wipe');
      return canAsk;
    },
    async wake(isBack) {
      const shown = visit.peek();
      if ((await shown.isCurrent(isBack)) || shown !== visit.peek()) return;
      if (shown.isPrivate()) replace(here.identity, 'renewal', 'keep');
      else replace(NOBODY, 'logout', 'heard');
    },
  };
}

/** `wipe`: the browser is somebody else's from now on. `heard`: another tab has seen to that. */
type Reach = 'keep' | 'wipe' | 'heard';

type Here = ReturnType<typeof beginHere>;

function beginHere(options: PeopleOptions, identity: Identity) {
  const { agent, events, onChange, tabs, vault } = options;
  let mayRekey = true;
  let after = Promise.resolve();
  const waiting: (() => void)[] = [];
  const onReady = (): void => {
    if (visit.peek().conversation.peek()) for (const run of waiting.splice(0)) run();
  };
  const come = (): Visit =>
    createVisit({
      ...options,
      after,
      identity: () => here.identity,
      onReady,
      onDrift: () => replace(here.identity, 'renewal', 'keep'),
      // Once: a server that says so again would have us make keys for ever.
      onGone: () => (mayRekey ? replace(here.identity, 'renewal', 'wipe') : undefined),
    });
  /** The id of whoever is here, as far as it is known. */
  const idHere = (): string | null => idOf(here.identity) ?? visit.peek().grant.peek()?.participant.id ?? null;
  /** The only door to another identity. */
  const replace = (next: Identity, reason: IdentityReason, reach: Reach): void => {
    const { level } = here.identity;
    const shown = visit.peek();
    // A page knows no anonymous id.
    const previous = { level, id: level === 'anonymous' ? null : idHere() };
    const change = { previous, current: next === here.identity ? previous : { level: next.level, id: idOf(next) }, reason };
    const left = reach === 'wipe' && { left: shown.key.peek()?.epoch ?? null, person: idHere() };
    // What is here goes first, at once; the server hears of it beside, and may be out of reach.
    shown.end(true);
    if (next !== here.identity) waiting.length = 0;
    here.identity = next;
    mayRekey = reason !== 'renewal';
    if (left) after = wipeBrowser(agent, vault);
    // Told after the wipe: the others would make their keys before it, and a page that navigates then would cut it short.
    const tell = (): void => {
      if (reach !== 'heard') tabs.tell({ ...left, ...change });
      events.emit('identitychange', change);
    };
    void after.then(tell);
    batch(() => {
      visit.value = come();
      onChange();
    });
    if (here.isStarted) visit.peek().start();
  };
  const here = { identity, isStarted: false, idHere, onReady, replace, waiting };
  const visit = signal(come());
  return Object.assign(here, { visit });
}

/** What happens in other tabs. A browser that is wiped without a reason was another person's. */
function hearTabs({ events, tabs }: PeopleOptions, here: Here): void {
  const { idHere, replace, visit } = here;
  const unhear = tabs.hear(({ left, person, previous, current, reason = 'logout' }) => {
    const shown = visit.peek();
    const epoch = shown.key.peek()?.epoch ?? null;
    const isWiped = left === null || left === epoch || (epoch === null && person === idHere());
    if (left !== undefined && isWiped && !shown.isPrivate())
      replace(reason === 'renewal' ? here.identity : NOBODY, reason as IdentityReason, 'heard');
    else if (previous) events.emit('identitychange', { previous, current, reason: reason as IdentityReason, elsewhere: true });
  });
  onEnd(unhear);
}

function readIdentity(input: IdentityInput, warn: Warn): Identity {
  const identity = resolveIdentity(input);
  if (identity.level === 'refused') warn('userId', input.userId ?? '');
  return identity;
}
