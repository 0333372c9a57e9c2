import type { CallInit } from '../session/transport.ts';
import { createServerSession } from './history.ts';
import { type Job, keep, pathOf, type Work } from './work.ts';

/** Sends the new message only; history is the server's (contract §7). The session that it begins is made before. */
export async function ask(work: Work, { runId, id, text, resume }: Job, init: CallInit): Promise<Response> {
  if (work.sessionId === null)
    work.events.emit('sessionstarted', { sessionId: (work.sessionId = await createServerSession(work.api, init)) });
  // A message is never on its way into a session that a reload would not find it in.
  await keep(work);
  return work.api.call(`${pathOf(work)}/runs`, {
    ...init,
    method: 'POST',
    body: {
      threadId: work.sessionId,
      runId,
      messages: resume ? [] : [{ id, role: 'user', content: text }],
      state: {},
      tools: [],
      context: Object.entries(work.settings.peek().context ?? {}).map(([description, value]) => ({
        description,
        value: typeof value === 'string' ? value : (JSON.stringify(value) ?? ''),
      })),
      forwardedProps: {},
      resume,
    },
  });
}
