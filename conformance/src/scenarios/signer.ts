import { explainId, LIMITS, parseAgentName } from '@familiar/protocol';
import { askSigner, type SignerAnswer } from '../ask-signer.ts';
import { demand } from '../failure.ts';
import { readClaims } from '../read-claims.ts';
import type { Scenario } from '../scenario.ts';
import { findScriptTags } from '../script-tag.ts';
import type { Stage } from '../stage.ts';

const ELSEWHERE = 'https://elsewhere.example';
const VICTIM = 'conformance-victim';
const USE_OURS = "use @familiar/server-signer's handler, or do as it does:";

/** The route that signs identity tokens, asked over HTTP. */
export const SIGNER: readonly Scenario[] = [
  {
    name: 'the signer does not answer GET',
    mend: `${USE_OURS} accept POST only and answer 405 to the rest; links, images and prefetching send GET.`,
    needs: ['signer'],
    run: async (stage) => {
      const { status, token } = await ask(stage, 0, { method: 'GET' });
      demand(token === null && [403, 404, 405, 501].includes(status), `GET was answered with ${status}.`, SIGNER[0]?.mend ?? '');
    },
  },
  {
    name: 'the signer gives other sites no permission',
    mend: `${USE_OURS} send no Access-Control header from this route, and leave it out of the CORS middleware.`,
    needs: ['signer'],
    run: async (stage) => {
      for (const method of ['OPTIONS', 'POST']) {
        const { headers } = await ask(stage, 0, { method, origin: ELSEWHERE });
        const isSilent = !Object.keys(headers).some((name) => name.startsWith('access-control-allow'));
        demand(isSilent, `${method} from another site was answered with Access-Control-Allow headers.`, SIGNER[1]?.mend ?? '');
      }
    },
  },
  {
    name: 'the signer is not cached',
    mend: `${USE_OURS} send Cache-Control: no-store with every answer, and keep the route out of the CDN.`,
    needs: ['signer'],
    run: async (stage) => {
      const { headers } = await ask(stage);
      demand(
        /\bno-store\b/.test(headers['cache-control'] ?? ''),
        'The answer may be stored: it lacks Cache-Control: no-store.',
        SIGNER[2]?.mend ?? '',
      );
    },
  },
  {
    name: 'who is signed out gets 401, and no token',
    mend: `${USE_OURS} answer 401 where your session holds nobody; never sign a guest, a default or an empty id.`,
    needs: ['signer'],
    run: async (stage) => {
      const { status, token } = await askSigner(await stage.visitor(), stage.site);
      demand(token === null, 'A visitor who is not signed in got a token.', SIGNER[3]?.mend ?? '');
      demand(status === 401, `A visitor who is not signed in got ${status} instead of 401.`, SIGNER[3]?.mend ?? '');
    },
  },
  {
    name: 'a POST from another site gets no token',
    mend: `${USE_OURS} refuse where Sec-Fetch-Site is not same-origin, or Origin is not yours; keep the session cookie SameSite.`,
    needs: ['signer', 'sign-in'],
    run: async (stage) => {
      const { token } = await ask(stage, 0, { origin: ELSEWHERE });
      demand(token === null, 'A POST that came from another site got a token.', SIGNER[4]?.mend ?? '');
    },
  },
  {
    name: 'nothing in the request names another user',
    mend: `${USE_OURS} take the user from your own session; read neither body nor query nor headers for it.`,
    needs: ['signer', 'sign-in'],
    run: async (stage) => {
      const names = ['userId', 'user_id', 'user', 'id', 'sub'];
      const victim = Object.fromEntries(names.map((name) => [name, VICTIM]));
      const own = subjectOf(await ask(stage));
      for (const question of [{ body: victim }, { query: victim }]) {
        const { token } = await ask(stage, 0, question);
        const isOwn = token === null || subjectOf({ token }) === own;
        demand(isOwn, 'The request chose whose token was signed.', SIGNER[5]?.mend ?? '');
      }
    },
  },
  {
    name: 'two users have two tokens of their own',
    mend: 'sign a stable id that is unique to the user, such as its primary key: no role, no tenant, no constant.',
    needs: ['signer', 'sign-in'],
    run: async (stage) => {
      const [one, other] = [subjectOf(await ask(stage, 0)), subjectOf(await ask(stage, 1))];
      demand(one !== other, 'Two users were signed with the same sub.', SIGNER[6]?.mend ?? '');
    },
  },
  {
    name: 'the claims of the token are sound',
    mend: 'sign with @familiar/server-signer; familiar-signer doctor says what is wrong with a token.',
    needs: ['signer', 'sign-in'],
    run: checkClaims,
  },
];

/** As one of the two users where the site has a sign-in, else as nobody. */
async function ask(stage: Stage, user: 0 | 1 = 0, question: Parameters<typeof askSigner>[2] = {}): Promise<SignerAnswer> {
  const visitor = await stage.visitor();
  if (stage.site.signIn !== null) await stage.site.signIn(await visitor.context.newPage(), stage.site.users[user]);
  return askSigner(visitor, stage.site, question);
}

function subjectOf({ token }: Pick<SignerAnswer, 'token'>): unknown {
  const sub = readClaims(token ?? '')?.claims['sub'];
  demand(
    sub !== undefined,
    'Who is signed in got no token.',
    'answer a POST of the page with {"identity_token": "…"}; check tokenUrl, signIn and the session cookie.',
  );
  return sub;
}

async function checkClaims(stage: Stage): Promise<void> {
  const answer = await ask(stage);
  subjectOf(answer);
  const { header = {}, claims = {} } = readClaims(answer.token ?? '') ?? {};
  const problem = explainId(claims['sub']);
  demand(
    problem === '',
    `The sub is not an id. ${problem}`,
    'sign the real id of the user, as a string, and answer 401 where there is none.',
  );
  const { iat, exp, aud } = claims;
  const isTimed = typeof iat === 'number' && typeof exp === 'number';
  demand(isTimed, 'iat or exp is missing, or is no number.', 'set both, in whole seconds since 1970.');
  const lifetime = exp - iat;
  const isShort = lifetime > 0 && lifetime <= LIMITS.identityTokenMaxSeconds;
  demand(isShort, `The token lives for ${lifetime} seconds.`, `let it live for ${LIMITS.identityTokenSeconds} seconds, one hour at most.`);
  const skew = Math.round(Date.now() / 1000 - iat);
  demand(
    Math.abs(skew) <= LIMITS.clockSkewSeconds,
    `The signer's clock is ${skew} seconds off.`,
    'set it by NTP; iat is in seconds, not milliseconds.',
  );
  demand(
    typeof aud === 'string' && parseAgentName(aud) !== null,
    'aud does not name an agent.',
    'set aud to the agent, as org/agent, one string.',
  );
  const isWhole = typeof header['kid'] === 'string' && typeof claims['iss'] === 'string' && typeof claims['jti'] === 'string';
  demand(isWhole, 'kid, iss or jti is missing.', 'sign with @familiar/server-signer, or see docs/signing-in-other-languages.md.');
  await demandSameAgent(stage, aud);
}

async function demandSameAgent(stage: Stage, aud: unknown): Promise<void> {
  if (stage.site.integration === 'module') return;
  const chat = await (await stage.visitor()).arrive();
  const [tag] = await findScriptTags(chat.page);
  if (tag === undefined) return;
  demand(tag.data['data-agent'] === aud, 'aud is another agent than the one in data-agent.', 'sign for the agent that the page shows.');
}
