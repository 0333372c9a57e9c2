import type { Scope } from '../identity/principal.ts';

/** A session, with the instance that it belongs to. */
export interface SessionRef {
  readonly scope: Scope;
  readonly session: string;
}

export interface RunRef extends SessionRef {
  /** The client's own UUID, or any 1–128 of `[A-Za-z0-9_-]`. */
  readonly run: string;
}

/** One text per session, or per run, for maps within this process. Never stored, never parsed. */
export function refKey(ref: SessionRef & { readonly run?: string }): string {
  return JSON.stringify([ref.scope.agent, ref.scope.instance, ref.session, ...(ref.run === undefined ? [] : [ref.run])]);
}

/** The first three columns of every table of a session. */
export function refValues({ scope, session }: SessionRef): [string, string, string] {
  return [scope.agent, scope.instance, session];
}
