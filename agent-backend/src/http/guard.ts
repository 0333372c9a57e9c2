import type { Principal } from '../identity/principal.ts';
import type { AuthenticateCall } from '../instance/authenticate.ts';
import { checkStanding } from '../instance/standing.ts';
import { type ConnectionInfo, hasDoubledHeader } from './address.ts';
import { HttpProblem } from './problem.ts';
import type { Route } from './route.ts';
import type { Services } from './services.ts';

const SECRETS_IN_URL = ['token', 'jwt', 'access_token', 'identity_token', 'session_token', 'anonymous_secret', 'secret', 'authorization'];
const LOOKS_SECRET = /^(?:sk_|ey[A-Za-z0-9_-]+\.)/;

/** Refuses what no route should see: tokens in the URL, doubled parameters and headers. */
export function checkRequest(url: URL, info: ConnectionInfo): void {
  for (const [name, value] of url.searchParams) {
    if (SECRETS_IN_URL.includes(name.toLowerCase()) || LOOKS_SECRET.test(value))
      throw new HttpProblem(
        'token_in_url',
        'A token or secret stands in the address, where logs keep it. Send it in the Authorization header, and renew it.',
      );
  }
  refuseDoubledParameter(url);
  if (hasDoubledHeader(info.rawHeaders)) throw new HttpProblem('malformed_request', 'A header that may come once came twice.');
}

/** Parameters that routes read, with the code of a doubled one. Two values name two things, and which one is meant is not ours to guess. */
export const SINGLE_PARAMETERS = {
  end_user_id: 'conflicting_ids',
  user_id: 'conflicting_ids',
  instance: 'conflicting_ids',
  instance_id: 'conflicting_ids',
  before: 'invalid_cursor',
  last_event_id: 'invalid_cursor',
  embed_key: 'malformed_request',
  limit: 'malformed_request',
  name: 'malformed_request',
  q: 'malformed_request',
} as const;

function refuseDoubledParameter({ searchParams }: URL): void {
  for (const [name, code] of Object.entries(SINGLE_PARAMETERS))
    if (searchParams.getAll(name).length > 1) throw new HttpProblem(code, `?${name}= came more than once. Send it once.`);
}

/** The credential of a request, so that a stream can show it again later. */
export interface Credential {
  /** Throws a problem if it is not good, or not for this route. */
  verify(): Promise<Principal>;
  /** Without a proof, which is good for one call: the token alone, as it stands now. */
  isStillGood(): Promise<boolean>;
}

export function readCredential(services: Services, route: Route, call: AuthenticateCall): Credential {
  return {
    async verify() {
      const result = await services.authenticate(call);
      if (result.kind === 'problem') throw new HttpProblem(result.code, result.detail, { nonce: result.nonce });
      if (result.kind === 'server' && call.origin !== null)
        throw new HttpProblem(
          'origin_not_allowed',
          'A secret key belongs on a server, never in a page. Replace this one: it has been seen.',
        );
      const kind = result.kind === 'server' ? 'secret' : 'session';
      if (!route.credentials.includes(kind))
        throw new HttpProblem(
          'invalid_credential',
          `This route takes a ${route.credentials.includes('session') ? 'session token' : 'secret key'}.`,
        );
      return result;
    },
    async isStillGood() {
      const token = /^Bearer +(\S+)$/i.exec(call.authorization ?? '')?.[1] ?? '';
      if (token.startsWith('sk_')) return true;
      const principal = await services.sessionTokens.verify(token);
      await checkStanding(services.store, principal);
      return services.embedKeys.find(principal.embedKey)?.enabled === true;
    },
  };
}
