import type { Chat } from './chat.ts';
import { ConformanceFailure } from './failure.ts';
import type { Seen } from './seen.ts';

/** Why a visitor could not chat, as far as the wire and the page tell. */
export async function diagnose(chat: Chat, seen: Seen): Promise<ConformanceFailure> {
  if ((await chat.launcher.count()) === 0 && (await chat.panel.count()) === 0) {
    return new ConformanceFailure(
      'The page shows no launcher and no panel.',
      'load familiar.js with data-agent, data-embed-key and data-base-url, and allow its address in script-src.',
    );
  }
  const last = (await seen.mints()).at(-1);
  if (last === undefined) {
    return new ConformanceFailure(
      'The panel never asked the backend for a session token.',
      "allow the backend's origin in connect-src, and the script's folder in script-src; look for [familiar] warnings in the console.",
    );
  }
  if (last.status !== 200) return explainMint(last.status, last.code);
  const state = (await chat.answers.count()) === 0 ? null : await chat.answers.last().getAttribute('data-state');
  const words = (await chat.trouble.count()) === 0 ? '' : ` The panel says: ${await chat.trouble.first().innerText()}`;
  const answer = state === null ? 'The agent began no answer' : `The answer did not end as complete, but stands at ${state}`;
  return new ConformanceFailure(`${answer}.${words}`, 'ask the agent by hand; look at the log of its backend.');
}

function explainMint(status: number, code: string | null): ConformanceFailure {
  const seen = status === 0 ? 'The backend did not answer.' : `The backend refused this page: ${status} ${code ?? ''}.`;
  if (status === 0) return new ConformanceFailure(seen, 'check data-base-url, CORS and connect-src: the browser let no answer through.');
  if (status === 429)
    return new ConformanceFailure(seen, 'test against an agent whose limits.mintsPerHour and limits.mintBurst are raised.');
  if (code === 'origin_not_allowed') return new ConformanceFailure(seen, "add this site's exact origin to the origins of the embed key.");
  if (code === 'unknown_embed_key') return new ConformanceFailure(seen, 'put the embed key of this agent into data-embed-key.');
  if (code?.startsWith('token_'))
    return new ConformanceFailure(seen, 'give one of its tokens to familiar-signer doctor: it says what is wrong.');
  return new ConformanceFailure(seen, 'look the code up in the documentation of the backend.');
}
