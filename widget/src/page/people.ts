import { batch, type ReadonlySignal, signal } from '../reactive/signal.ts';
import { own } from '../config/own.ts';
import type { Warn } from '../config/warn.ts';
import { wipeBrowser } from '../identity/browser-key.ts';
import {
  type Identity,
  type IdentityInput,
  type IdentityReason,
  idOf,
  isSamePerson,
  nameOf,
  NOBODY,
  resolveIdentity,
} from '../identity/identity.ts';
import type { Tabs } from '../identity/tabs.ts';
import { createVisit, type Visit, type VisitOptions } from './visit.ts';

/** Whoever sits here, one at a time: a changed identity leaves with all that is theirs before the next one begins. */
export interface People {
  readonly visit: ReadonlySignal<Visit>;
  /** Replaced whole with every change of person. */
  current(): Identity;
  /** Another person, or the same with fresh token sources: then what waited for a token goes on. */
  identify(input: IdentityInput): void;
  logout(): void;
  /** The same person with a new browser key, here and in the other tabs. False where the page gives no fresh tokens. */
  rekey(): boolean;
  /** Shows who is here to the server; again, at once, after trouble. */
  start(): void;
  /** The page goes away, for good or into the back/forward cache: an ephemeral visit ends. */
  hide(): void;
  /** The page comes back, `isBack` out of the back/forward cache. Settles when whoever is shown may be seen. */
  wake(isBack: boolean): Promise<void>;
  dispose(): void;
}

export interface PeopleOptions extends Omit<VisitOptions, 'identity' | 'after' | 'onDrift' | 'onGone' | 'onOther'> {
  readonly tabs: Tabs;
  readonly warn: Warn;
  onChange(): void;
}

/** The one owner of the identity, by the rules of docs/decisions/020-tabs-and-identity.md. */
export function createPeople(options: PeopleOptions): People {
  const owner = createOwner(options);
  const { visit } = owner;
  const unhear = options.tabs.hear((message) => {
    const left = own(message, 'left');
    const change = own(message, 'change');
    const epoch = visit.peek().key.peek()?.epoch ?? null;
    const isWiped = left === null || left === epoch || (epoch === null && own(message, 'person') === owner.idHere());
    if (left !== undefined && isWiped && !visit.peek().isPrivate()) {
      const reason = own(change, 'reason');
      if (reason === 'renewal') owner.replace(owner.current(), reason, 'heard');
      else owner.replace(NOBODY, reason === 'identify' ? reason : 'logout', 'heard');
    } else if (change !== undefined) options.events.emit('identitychange', { ...Object(change), elsewhere: true });
  });
  return {
    visit,
    current: () => owner.current(),
    identify(input) {
      const before = owner.current();
      const next = readIdentity(input, options);
      if (isSamePerson(before, next)) return owner.refresh(next);
      const isNamed = before.level === 'soft' || before.level === 'verified';
      // Before the first start nothing of them was used here, and nothing may be touched (contract §8).
      const isLeaving = owner.isStarted() && isNamed && (idOf(next) ?? '') !== owner.idHere();
      owner.replace(next, 'identify', isLeaving ? 'wipe' : 'keep');
    },
    logout: () => owner.replace(NOBODY, 'logout', 'wipe'),
    rekey() {
      const who = owner.current();
      const canAsk = who.level === 'verified' && who.getIdentityToken !== null;
      if (canAsk) owner.replace(who, 'renewal', 'wipe');
      return canAsk;
    },
    start: () => owner.start(),
    hide: () => (visit.peek().isPrivate() ? visit.peek().pause() : undefined),
    async wake(isBack) {
      const shown = visit.peek();
      if ((await shown.isCurrent(isBack)) || shown !== visit.peek()) return;
      if (visit.peek().isPrivate()) owner.replace(owner.current(), 'renewal', 'keep');
      else owner.replace(NOBODY, 'logout', 'heard');
    },
    dispose() {
      unhear();
      visit.peek().pause();
    },
  };
}

/** `wipe`: the browser is somebody else's from now on. `heard`: another tab has seen to that. */
type Reach = 'keep' | 'wipe' | 'heard';

interface Owner {
  readonly visit: ReadonlySignal<Visit>;
  current(): Identity;
  /** The id of whoever is here, as far as it is known. */
  idHere(): string | null;
  /** The only door to another identity. */
  replace(next: Identity, reason: IdentityReason, reach: Reach): void;
  /** The same person, with other sources of tokens. */
  refresh(next: Identity): void;
  start(): void;
  isStarted(): boolean;
}

function createOwner(options: PeopleOptions): Owner {
  const { config, events, tabs, vault } = options;
  let identity = readIdentity(config(), options);
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
      onOther: (left) => tabs.tell({ left }),
    });
  const visit = signal(come());
  const idHere = (): string | null => idOf(identity) ?? visit.peek().grant.peek()?.participant.id ?? null;
  const replace = (next: Identity, reason: IdentityReason, reach: Reach): void => {
    const change = { previous: nameOf(identity), current: nameOf(next), reason };
    const left = { left: visit.peek().key.peek()?.epoch ?? null, person: idHere() };
    // What is here goes first, at once; the server hears of it beside, and may be out of reach.
    visit.peek().leave();
    identity = next;
    mayRekey = reason !== 'renewal';
    if (reach === 'wipe') after = wipeBrowser(config().agent, vault);
    // Told after the wipe, or it would take the keys that the others make then.
    if (reach !== 'heard') void after.then(() => tabs.tell(reach === 'wipe' ? { ...left, change } : { change }));
    batch(() => {
      visit.value = come();
      options.onChange();
    });
    // After the wipe: a page that waits for this event before it navigates must not cut the wipe short.
    if (reach === 'wipe') void after.then(() => events.emit('identitychange', change));
    else events.emit('identitychange', change);
    if (isStarted) void visit.peek().start();
  };
  const refresh = (next: Identity): void => {
    identity = next;
    if (isStarted) visit.peek().retry();
  };
  return {
    visit,
    idHere,
    replace,
    refresh,
    current: () => identity,
    isStarted: () => isStarted,
    start() {
      isStarted = true;
      visit.peek().retry();
    },
  };
}

function readIdentity(input: IdentityInput, { warn }: PeopleOptions): Identity {
  const identity = resolveIdentity(input);
  if (identity.level === 'refused') warn('bad-id', input.userId ?? '');
  return identity;
}
