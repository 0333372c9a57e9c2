import { expect } from '@playwright/test';
import { demand } from '../failure.ts';
import type { Scenario } from '../scenario.ts';
import type { Stage, Visitor } from '../stage.ts';
import { readStorage } from '../storage.ts';

const SIGN_OUT = "call familiar('logout') when the visitor signs out, and wait for identitychange before the page is left.";
const SIGN_IN = 'give the page getIdentityToken, and let the server sign a stable id that is unique to the user.';

/** Visitors whom the site has signed in. */
export const MEMBERS: readonly Scenario[] = [
  {
    name: 'a user is verified, the same in every browser, and nobody else',
    mend: SIGN_IN,
    needs: ['sign-in'],
    run: async (stage) => {
      const [first, second] = stage.site.users;
      const one = await whoIs(stage, first);
      const again = await whoIs(stage, first);
      const other = await whoIs(stage, second);
      demand(one === again, 'The same user is another participant in another browser.', SIGN_IN);
      demand(one !== other, 'Two users are the same participant.', SIGN_IN);
    },
  },
  {
    name: 'who signs in sees nothing of the visitor before',
    mend: 'give the members’ page getIdentityToken before the widget opens; set no data-user-id beside it.',
    needs: ['sign-in'],
    run: async (stage) => {
      const visitor = await stage.visitor();
      const before = await visitor.open(stage.site.publicUrl);
      const word = await stage.converse(visitor, before);
      const chat = await visitor.signIn(stage.site.users[0]);
      // With an answer of their own everything has been drawn.
      await stage.converse(visitor, chat);
      // The question whether to keep what was said before may name it.
      const elsewhere = chat.page.locator(':not([part~="claim"] *)');
      await expect(chat.page.getByText(word).and(elsewhere)).toHaveCount(0);
    },
  },
  {
    name: 'after signing out, tabs, reload and back button show nothing of the user',
    mend: SIGN_OUT,
    needs: ['sign-in', 'sign-out'],
    run: signOutEverywhere,
  },
  {
    name: 'a user who takes over in the middle of an answer sees nothing of it',
    mend: SIGN_OUT,
    needs: ['sign-in', 'sign-out'],
    run: switchUsers,
  },
];

/** The participant that a user is in a new browser. */
async function whoIs(stage: Stage, user: string): Promise<string | null> {
  const visitor = await stage.visitor();
  await stage.converse(visitor, await visitor.signIn(user));
  const [mint] = await visitor.seen.mints();
  demand(mint?.level === 'verified', `A signed-in user is ${mint?.level ?? 'unknown'}, not verified.`, SIGN_IN);
  return mint.who;
}

async function signOutEverywhere(stage: Stage): Promise<void> {
  const visitor = await stage.visitor();
  const first = await visitor.signIn(stage.site.users[0]);
  const word = await stage.converse(visitor, first);
  const second = await visitor.open();
  await second.open();
  await expect(second.said.getByText(word)).toHaveCount(1);
  await stage.site.signOut?.(first.page);
  await expect(second.page.getByText(word)).toHaveCount(0);
  await first.page.goBack();
  await expect(first.page.getByText(word)).toHaveCount(0);
  await second.page.goto(stage.site.publicUrl);
  await second.open();
  await expect(second.page.getByText(word)).toHaveCount(0);
  demand(!(await readStorage(second.page)).includes(word), 'What the user said is still in storage.', SIGN_OUT);
  await demandNobody(visitor, stage.site.publicUrl);
}

/** The last one to be let in after the sign-out is nobody's account. */
async function demandNobody(visitor: Visitor, where: string): Promise<void> {
  const mint = (await visitor.seen.mints()).at(-1);
  demand(mint?.claimed !== 'identity-token', `After signing out, ${new URL(where).pathname} still signs the user in.`, SIGN_OUT);
}

async function switchUsers(stage: Stage): Promise<void> {
  const [a, b] = stage.site.users;
  const visitor = await stage.visitor();
  const first = await visitor.signIn(a);
  await first.open();
  const { text, word } = stage.words();
  await first.send(text);
  await expect(first.answers.first()).toBeVisible();
  await stage.site.signOut?.(first.page);
  const second = await visitor.signIn(b);
  await stage.converse(visitor, second);
  await expect(second.page.getByText(word)).toHaveCount(0);
  demand(!(await readStorage(second.page)).includes(word), 'What the user before said is still in storage.', SIGN_OUT);
  const mints = (await visitor.seen.mints()).filter(({ status }) => status === 200);
  demand(mints[0]?.who !== mints.at(-1)?.who, 'The second user is the first one to the agent.', SIGN_IN);
}
