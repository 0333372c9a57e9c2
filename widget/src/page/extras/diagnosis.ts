import type { Diagnosis } from '../../ui/extras/extras-model.ts';
import { own } from '../../config/own.ts';
import { endOf } from '../../session/tokens.ts';
import type { Panel } from '../panel.ts';

/** The package's version, written in by the build. */
declare const FAMILIAR_VERSION: string | undefined;

/** What would mend a refusal, for the site's developer. */
const MENDS: readonly (readonly [RegExp, string])[] = [
  [/^origin_not_allowed$/, 'Add this page’s origin to the embed key’s list: scheme, host and port.'],
  [/^(unknown_embed_key|embed_key_disabled)$/, 'Check data-embed-key against the keys of this agent.'],
  [/^identity_token_unavailable$/, 'getIdentityToken threw, took 15 s or gave no string.'],
  [/^token_bound_elsewhere$/, 'Sign a token for each page load: this one was used by another browser.'],
  [/^token_wrong_audience$/, 'Sign with aud set to the name of this agent, org/agent.'],
  [/^token_unknown_key$/, 'Register the public key under the kid that your server signs with.'],
  [/^token_(expired|not_yet_valid)$/, 'Check the clock of your server, and sign a token for each call of getIdentityToken.'],
  [/^token_/, 'Run doctor of the signer’s command line on the token.'],
  [/^(invalid|degenerate|reserved)_id$/, 'Pass the user’s own id, or none at all.'],
  [/^identity_mismatch$/, 'userId differs from the token’s sub: leave userId away.'],
  [/^step_up_required$/, 'Sign with auth_time, and ask for a fresh sign-in when getIdentityToken is called with stepUp.'],
  [/^(network_error|timeout)$/, 'Check data-base-url, connect-src of the page’s CSP, and the backend.'],
];

/** Reads the state of the widget for the overlay. Never a token. */
export function createDiagnosis({ events, people, transport }: Panel): () => Diagnosis {
  let lastError: Diagnosis['error'] = null;
  events.on('error', (detail) => {
    const [code, mend] = [own(detail, 'code'), own(detail, 'mend')];
    if (typeof code === 'string') lastError = { code, mend: mendOf(code, String(mend)) };
  });
  return () => {
    const visit = people.visit.value;
    const grant = visit.grant.value;
    const trouble = visit.trouble.value;
    const held = visit.session.peek();
    const storage = visit.key.value?.storage;
    return {
      level: grant?.participant.level ?? 'not known yet',
      id: grant?.participant.id ?? '–',
      instance: grant === null ? '–' : [grant.instance.kind, grant.instance.name].filter(Boolean).join(' '),
      storage: storage ?? '–',
      binding: held?.binding ?? grant?.binding ?? '–',
      tokenSeconds: held === null ? null : Math.max(0, Math.floor((endOf(held) - transport.clock.now()) / 1_000)),
      error: lastError ?? (trouble && { code: trouble.code, mend: mendOf(trouble.code, trouble.mend) }),
      version: typeof FAMILIAR_VERSION === 'string' ? FAMILIAR_VERSION : 'source',
    };
  };
}

function mendOf(code: string, mend: string): string {
  return MENDS.find(([codes]) => codes.test(code))?.[1] ?? mend;
}
