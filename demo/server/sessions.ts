import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { SignedInUser } from '@familiar/server-signer';
import type { Member } from './accounts.ts';

const DAY_MS = 86_400_000;

/** Who is signed in, by a random cookie. Kept in memory: a restart of the shop signs everybody out. */
export class Sessions {
  readonly #members = new Map<string, { member: Member; until: number; provenAtMs: number }>();

  /** Starts a session and returns its `Set-Cookie`. */
  start(member: Member): string {
    const id = randomBytes(32).toString('base64url');
    this.#members.set(id, { member, until: Date.now() + DAY_MS, provenAtMs: Date.now() });
    return cookie(id, DAY_MS / 1000);
  }

  /** The member that this request's cookie belongs to, or null. */
  find(request: IncomingMessage): Member | null {
    return this.#find(request)?.member ?? null;
  }

  /** What the identity token says of whoever is signed in: who it is, and when they last typed their password. */
  findUser(request: IncomingMessage): SignedInUser | null {
    const session = this.#find(request);
    if (session === null) return null;
    const { id, name, email } = session.member;
    return { id, name, email, authTime: Math.floor(session.provenAtMs / 1000), amr: ['pwd'] };
  }

  /** The password was typed again, just now. */
  confirm(request: IncomingMessage): void {
    const session = this.#find(request);
    if (session) session.provenAtMs = Date.now();
  }

  #find(request: IncomingMessage) {
    const session = this.#members.get(readCookie(request));
    return session && session.until > Date.now() ? session : null;
  }

  /** Ends the session and returns the `Set-Cookie` that clears it. */
  end(request: IncomingMessage): string {
    this.#members.delete(readCookie(request));
    return cookie('', 0);
  }
}

function cookie(value: string, maxAge: number): string {
  return `fernwell_session=${value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${maxAge}`;
}

function readCookie(request: IncomingMessage): string {
  return /(?:^|; )fernwell_session=([\w-]+)/.exec(request.headers.cookie ?? '')?.[1] ?? '';
}
