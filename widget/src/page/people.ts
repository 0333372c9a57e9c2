import { batch, type ReadonlySignal, signal } from '@preact/signals';
import { wipeBrowser } from '../identity/browser-key.ts';
import { type IdentityChange, type IdentityInput, resolveIdentity } from '../identity/identity.ts';
import { createIdentityOwner } from '../identity/identity-owner.ts';
import { createVisit, type Visit, type VisitOptions } from './visit.ts';
import { identityOf } from './parse-identify.ts';

/** Whoever sits here, one at a time: a changed identity leaves with all that is theirs before the next one begins. */
export interface People {
  readonly visit: ReadonlySignal<Visit>;
  identify(input: IdentityInput): void;
  logout(): void;
  /** Shows who is here to the server; repeated after trouble. */
  start(): void;
}

export interface PeopleOptions extends Omit<VisitOptions, 'identity' | 'after' | 'onDrift'> {
  onChange(): void;
}

export function createPeople(options: PeopleOptions): People {
  const { config, vault, events } = options;
  const owner = createIdentityOwner(resolveIdentity(identityOf(config())), (change) => takeOver(change));
  let isStarted = false;
  const come = (after: Promise<void>): Visit =>
    createVisit({ ...options, after, identity: () => owner.current(), onDrift: () => owner.renew() });
  const visit = signal(come(Promise.resolve()));
  const takeOver = (change: IdentityChange): void => {
    // What is here goes first, at once; the server hears of it beside, and may be out of reach.
    void visit.peek().leave();
    const wiped = change.reason === 'logout' ? wipeBrowser(config().agent, vault) : Promise.resolve();
    batch(() => {
      visit.value = come(wiped);
      options.onChange();
    });
    events.emit('identitychange', change);
    if (isStarted) void visit.peek().start();
  };
  return {
    visit,
    identify: (input) => void owner.identify(input),
    logout: () => owner.logout(),
    start() {
      isStarted = true;
      void visit.peek().start();
    },
  };
}
