import { batch, onEnd, type ReadonlySignal, signal } from '../reactive/signal.ts';
import type { Warn } from '../config/warn.ts';
import { wipeBrowser } from '../identity/browser-key.ts';
import {
  type Identity,
  type IdentityChange,
  type IdentityInput,
  type IdentityReason,
  idOf,
  isSamePerson,
  nameOf,
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
  logout(): void;
  /** The same person with a new browser key, here and in the other tabs. False where the page gives no fresh tokens. */
  rekey(): boolean;
  /** Shows who is here to the server; again, at once, after trouble. */
  start(): void;
  /** The page comes back, `isBack` out of the back/forward cache. Settles when whoever is shown may be seen. */
  wake(isBack: boolean): Promise<void>;
}

export interface PeopleOptions extends Omit<VisitOptions, 'identity' | 'after' | 'onDrift' | 'onGone'> {
  onChange(): void;
}

/** The one owner of the identity, by the rules of docs/decisions/020-tabs-and-identity.md. */
export function createPeople(options: PeopleOptions): People {
  const { settings, warn } = options;
  const owner = createOwner(options, readIdentity(settings.peek(), warn));
  const { current, idHere, replace, visit } = owner;
  hearTabs(options, owner);
  onEnd(() => visit.peek().end(false));
  return {
    visit,
    current,
    identify(input) {
      const before = current();
      const next = readIdentity(input, warn);
      if (isSamePerson(before, next)) return owner.refresh(next);
      // Before the first start nothing of them was used here, and nothing may be touched (contract §8).
      const isNamed = owner.isStarted() && /soft|verified/.test(before.level);
      replace(next, 'identify', isNamed && (idOf(next) ?? '') !== idHere() ? 'wipe' : 'keep');
    },
    logout: () => replace(NOBODY, 'logout', 'wipe'),
    rekey() {
      const who = current();
      const canAsk = who.level === 'verified' && who.getIdentityToken !== null;
      if (canAsk) replace(who, 'renewal', 'wipe');
      return canAsk;
    },
    start: owner.start,
    async wake(isBack) {
      const shown = visit.peek();
      if ((await shown.isCurrent(isBack)) || shown !== visit.peek()) return;
      if (shown.isPrivate()) replace(current(), 'renewal', 'keep');
      else replace(NOBODY, 'logout', 'heard');
    },
  };
}

/** `wipe`: the browser is somebody else's from now on. `heard`: another tab has seen to that. */
type Reach = 'keep' | 'wipe' | 'heard';

type Owner = ReturnType<typeof createOwner>;

function createOwner(options: PeopleOptions, identity: Identity) {
  const { events, settings, tabs, vault } = options;
  let isStarted = false;
  let mayRekey = true;
  let after = Promise.resolve();
  const come = (): Visit =>
    createVisit({
      ...options,
      after,
      identity: () => identity,
      onDrift: () => replace(identity, 'renewal', 'keep'),
      // Once: a server that says so again would have us make keys for ever.
      onGone: () => (mayRekey ? replace(identity, 'renewal', 'wipe') : undefined),
    });
  const visit = signal(come());
  /** The id of whoever is here, as far as it is known. */
  const idHere = (): string | null => idOf(identity) ?? visit.peek().grant.peek()?.participant.id ?? null;
  /** The only door to another identity. */
  const replace = (next: Identity, reason: IdentityReason, reach: Reach): void => {
    const change = { previous: nameOf(identity), current: nameOf(next), reason };
    const left = reach === 'wipe' ? { left: visit.peek().key.peek()?.epoch ?? null, person: idHere() } : {};
    // What is here goes first, at once; the server hears of it beside, and may be out of reach.
    visit.peek().end(true);
    identity = next;
    mayRekey = reason !== 'renewal';
    if (reach === 'wipe') after = wipeBrowser(settings.peek().agent, vault);
    // Told after the wipe: the others would make their keys before it, and a page that navigates then would cut it short.
    const tell = (): void => {
      if (reach !== 'heard') tabs.tell({ ...left, ...change });
      events.emit('identitychange', change);
    };
    void after.then(tell);
    batch(() => {
      visit.value = come();
      options.onChange();
    });
    if (isStarted) visit.peek().start();
  };
  return {
    visit,
    idHere,
    replace,
    current: () => identity,
    isStarted: () => isStarted,
    start(this: void) {
      isStarted = true;
      visit.peek().start();
    },
    /** The same person, with other sources of tokens. */
    refresh(next: Identity) {
      identity = next;
      if (isStarted) visit.peek().start();
    },
  };
}

/** What happens in other tabs. */
function hearTabs({ events, tabs }: PeopleOptions, { current, idHere, replace, visit }: Owner): void {
  const unhear = tabs.hear(({ left, person, ...change }) => {
    const epoch = visit.peek().key.peek()?.epoch ?? null;
    const isWiped = left === null || left === epoch || (epoch === null && person === idHere());
    const { reason } = change;
    if (left !== undefined && isWiped && !visit.peek().isPrivate()) {
      if (reason === 'renewal') replace(current(), reason, 'heard');
      else replace(NOBODY, reason === 'identify' ? reason : 'logout', 'heard');
    } else if (reason) events.emit('identitychange', { ...(change as unknown as IdentityChange), elsewhere: true });
  });
  onEnd(unhear);
}

function readIdentity(input: IdentityInput, warn: Warn): Identity {
  const identity = resolveIdentity(input);
  if (identity.level === 'refused') warn('bad-id', input.userId ?? '');
  return identity;
}
