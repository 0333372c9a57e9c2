import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify<string, Buffer, number, Buffer>(scrypt);
const TRIES = 5;
const LOCK_MS = 60_000;
/** Compared against when the name is unknown, so that the answer takes as long. */
const NOBODY = { salt: randomBytes(16), hash: randomBytes(32) };

export interface Member {
  readonly id: string;
  readonly name: string;
  readonly email: string;
}

export type SignIn = { readonly kind: 'member'; readonly member: Member } | { readonly kind: 'refused' } | { readonly kind: 'locked' };

interface Stored {
  readonly member: Member;
  readonly salt: Buffer;
  readonly hash: Buffer;
}

/** The shop's members. After five wrong passwords in a row, a name is closed for a minute, whoever asks. */
export class Accounts {
  readonly #stored = new Map<string, Stored>();
  readonly #failures = new Map<string, { count: number; at: number }>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** `username` is what is typed at the door; `member.id` is what the shop, and the chat, know the person by. */
  async add(username: string, password: string, member: Member): Promise<void> {
    const salt = randomBytes(16);
    this.#stored.set(username, { member, salt, hash: await derive(password, salt, 32) });
  }

  async signIn(username: string, password: string): Promise<SignIn> {
    const failure = this.#failures.get(username);
    const isRecent = failure !== undefined && this.#now() - failure.at < LOCK_MS;
    if (isRecent && failure.count >= TRIES) return { kind: 'locked' };
    const stored = this.#stored.get(username);
    // Counted before the slow part, so that many tries at once are counted too; unknown names are not kept.
    if (stored) this.#failures.set(username, { count: isRecent ? failure.count + 1 : 1, at: this.#now() });
    const { salt, hash } = stored ?? NOBODY;
    const isRight = timingSafeEqual(await derive(password, salt, 32), hash);
    if (!stored || !isRight) return { kind: 'refused' };
    this.#failures.delete(username);
    return { kind: 'member', member: stored.member };
  }

  /** The password once more, from somebody who is signed in. */
  async confirm(member: Member, password: string): Promise<SignIn> {
    const username = [...this.#stored].find(([, stored]) => stored.member.id === member.id)?.[0];
    return this.signIn(username ?? '', password);
  }
}
