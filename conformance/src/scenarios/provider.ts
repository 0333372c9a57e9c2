import { expect, type Route } from '@playwright/test';
import { demand } from '../failure.ts';
import type { Scenario } from '../scenario.ts';
import type { Stage } from '../stage.ts';

/** How long a widget may wait for the site's signer before it says so. */
const PATIENCE_MS = 25_000;
const MEND = 'let getIdentityToken throw, or return null, when the signer fails: never an empty, an old or a guest’s token.';

const WAYS: readonly (readonly [name: string, fail: (route: Route) => Promise<void>])[] = [
  ['answers 500', async (route) => route.fulfill({ status: 500, body: 'broken' })],
  ['answers 401', async (route) => route.fulfill({ status: 401, contentType: 'application/json', body: '{"code":"signed_out"}' })],
  ['never answers', async () => undefined],
];

/** A signer that fails, while somebody is signed in. */
export const PROVIDER: readonly Scenario[] = WAYS.map(([name, fail]) => ({
  name: `when the signer ${name}, the visitor is told, keeps the typed text, and becomes nobody else`,
  mend: MEND,
  needs: ['signer', 'sign-in'],
  run: async (stage) => {
    // Side by side: a signer that never answers takes the whole patience of each.
    await Promise.all([failAtOnce(stage, fail), failLater(stage, fail)]);
  },
}));

async function failAtOnce(stage: Stage, fail: (route: Route) => Promise<void>): Promise<void> {
  const visitor = await stage.visitor();
  await visitor.context.route(stage.site.tokenUrl ?? '', fail);
  const chat = await visitor.signIn(stage.site.users[0]);
  await chat.show();
  await expect(chat.trouble).toBeVisible({ timeout: PATIENCE_MS });
  demand((await chat.trouble.innerText()).trim() !== '', 'The panel is silent about the failure.', MEND);
  const mints = await visitor.seen.mints();
  demand(
    mints.every(({ claimed, status }) => claimed === 'identity-token' && status !== 200),
    'The page fell to another level.',
    MEND,
  );
}

/** The session token is refused in the middle of a conversation, and no new one is to be had. */
async function failLater(stage: Stage, fail: (route: Route) => Promise<void>): Promise<void> {
  const visitor = await stage.visitor();
  const chat = await visitor.signIn(stage.site.users[0]);
  await stage.converse(visitor, chat);
  const mints = await visitor.seen.mints();
  const { who } = mints.at(-1) ?? {};
  const refuse = { status: 401, contentType: 'application/problem+json', body: '{"code":"session_token_expired"}' };
  await visitor.context.route(stage.site.tokenUrl ?? '', fail);
  await visitor.context.route('**/v1/**', async (route) => {
    if (route.request().method() === 'OPTIONS') return route.fallback();
    const origin = stage.site.origin;
    return route.fulfill({ ...refuse, headers: { 'Access-Control-Allow-Origin': origin } });
  });
  const { text, word } = stage.words();
  await chat.send(text);
  await expect(chat.trouble).toBeVisible({ timeout: PATIENCE_MS });
  const isKept = (await chat.composer.inputValue()).includes(word) || (await chat.said.getByText(word).count()) > 0;
  demand(isKept, 'What the visitor typed is gone.', MEND);
  const after = await visitor.seen.mints();
  demand(
    after.every((mint) => mint.claimed === 'identity-token' && (mint.who ?? who) === who),
    'The page fell to another level.',
    MEND,
  );
}
