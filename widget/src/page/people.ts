import { onEnd, type ReadonlySignal, signal } from '../reactive/signal.ts';
import type { Warn } from '../config/warn.ts';
import { isCurrentKey, wipeBrowser } from '../identity/browser-key.ts';
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
  readonly identity: Identity;
  /** Another person, or the same with fresh token sources: then what waited for a token goes on. */
  identify(input: IdentityInput): void;
  readonly logout: () => void;
  /** The only door to another identity. */
  readonly replace: (next: Identity, reason: IdentityReason, reach: Reach) => void;
  /** Shows who is here to the server; again, at once, after trouble. */
  readonly start: () => void;
  /** Starts, and runs what needs a conversation, in order, once there is one; another person drops it. */
  readonly ask: (run: () => void) => void;
  /** The page comes back, `isBack` out of the back/forward cache. Settles when whoever is shown may be seen. */
  wake(isBack: boolean): Promise<void>;
}

export type PeopleOptions = Omit<VisitOptions, 'identity' | 'after' | 'onDrift' | 'onTrouble'>;

/** The one owner of the identity, by the rules of docs/decisions/020-tabs-and-identity.md. */
export function createPeople(options: PeopleOptions): People {
  const { agent, settings, vault, warn } = options;
  const here = beginHere(options, readIdentity(settings.peek(), warn));
  const { replace, start, visit, waiting } = here;
  hearTabs(options, here);
  onEnd(() => visit.peek().end(false));
  return Object.assign(here, {
    ask(run: () => void): void {
      waiting.push(run);
      runWaiting(here);
      start();
    },
    identify(input: IdentityInput): void {
      const before = here.identity;
      const next = readIdentity(input, warn);
      if (isSamePerson(before, next)) {
        here.identity = next;
        if (here.isStarted) start();
        return;
      }
      // Before the first start nothing of them was used here, and nothing may be touched (contract §8).
      const isNamed = here.isStarted && /soft|verified/.test(before.level);
      replace(next, 'identify', isNamed && (idOf(next) ?? '') !== idHere(here) ? 'wipe' : 'keep');
    },
    logout: () => replace(NOBODY, 'logout', 'wipe'),
    async wake(isBack: boolean): Promise<void> {
      const shown = visit.peek();
      const key = shown.key.peek();
      const isOver = isBack && (shown.isPrivate() || settings.peek().sharedDevice);
      if ((!isOver && (!key || (await isCurrentKey(key, agent, vault)))) || shown !== visit.peek()) return;
      if (shown.isPrivate()) renew(here, 'keep');
      else replace(NOBODY, 'logout', 'heard');
    },
  });
}

/** `wipe`: the browser is somebody else's from now on. `heard`: another tab has seen to that. */
type Reach = 'keep' | 'wipe' | 'heard';

interface Here extends Pick<People, 'visit' | 'start' | 'replace'> {
  identity: Identity;
  isStarted: boolean;
  /** What needs a conversation. */
  readonly waiting: (() => void)[];
}

function beginHere(options: PeopleOptions, identity: Identity): Here {
  const { agent, events, tabs, vault } = options;
  let mayRekey = true;
  let after = Promise.resolve();
  const waiting: (() => void)[] = [];
  const come = (): Visit =>
    createVisit({
      ...options,
      after,
      identity: () => here.identity,
      onDrift: () => renew(here, 'keep'),
      onTrouble({ code, mend, retryAfterMs = null }) {
        // Once: a server that says so again would have us make keys for ever.
        if (mayRekey && code === 'gone' && here.identity.level === 'anonymous') return renew(here, 'wipe');
        if (/^(limit_|budget_|rate_)/.test(code)) events.emit('limitreached', { code, retryAfterMs });
        events.emit('error', { code, mend });
      },
    });
  const visit = signal(come());
  const start = (): void => {
    here.isStarted = true;
    void visit
      .peek()
      .start()
      .then(() => runWaiting(here));
  };
  const replace: Here['replace'] = (next, reason, reach) => {
    const { level } = here.identity;
    const shown = visit.peek();
    // A page knows no anonymous id.
    const previous = { level, id: level === 'anonymous' ? null : idHere(here) };
    const change = { previous, current: next === here.identity ? previous : { level: next.level, id: idOf(next) }, reason };
    const left = reach === 'wipe' && { left: shown.key.peek()?.epoch ?? null, person: idHere(here) };
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
    visit.value = come();
    if (here.isStarted) start();
  };
  const here: Here = { identity, isStarted: false, visit, waiting, start, replace };
  return here;
}

/** The same person begins anew. */
const renew = (here: Here, reach: Reach): void => here.replace(here.identity, 'renewal', reach);

/** The id of whoever is here, as far as it is known. */
const idHere = ({ identity, visit }: Here): string | null => idOf(identity) ?? visit.peek().grant.peek()?.participant.id ?? null;

function runWaiting({ visit, waiting }: Here): void {
  if (visit.peek().conversation.peek()) for (const run of waiting.splice(0)) run();
}

/** What happens in other tabs. A browser that is wiped without a reason was another person's. */
function hearTabs({ events, tabs }: PeopleOptions, here: Here): void {
  tabs.hear(({ left, person, previous, current, reason = 'logout' }) => {
    const shown = here.visit.peek();
    const epoch = shown.key.peek()?.epoch ?? null;
    const isWiped = left === null || left === epoch || (epoch === null && person === idHere(here));
    if (left !== undefined && isWiped && !shown.isPrivate())
      here.replace(reason === 'renewal' ? here.identity : NOBODY, reason as IdentityReason, 'heard');
    else if (previous) events.emit('identitychange', { previous, current, reason: reason as IdentityReason, elsewhere: true });
  });
}

function readIdentity(input: IdentityInput, warn: Warn): Identity {
  const identity = resolveIdentity(input);
  if (identity.level === 'refused') warn('userId', input.userId ?? '');
  return identity;
}
