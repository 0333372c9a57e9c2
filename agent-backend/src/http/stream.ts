import { LIMITS } from '@familiar/protocol';
import { openReader, type ReaderOptions } from '../runs/index.ts';
import { HttpProblem, notFound } from './problem.ts';
import type { Call } from './route.ts';
import type { Subject } from './subject.ts';

/** Takes one of the streams that a participant and an address may have open; returns its release. */
export function takeStream(call: Call, { scope, participant }: Subject): () => void {
  const { streams, findAgent } = call.services;
  const limits = findAgent(scope.agent)?.limits ?? {};
  const who = JSON.stringify([scope.agent, scope.instance, participant.level, participant.id]);
  const mine = streams.take(`participant ${who}`, limits.streamsPerParticipant ?? LIMITS.streamsPerParticipant);
  // A customer's server speaks for many visitors from one address.
  const isServer = call.principal?.kind === 'server';
  const near = isServer ? () => undefined : streams.take(`address ${call.address}`, limits.streamsPerAddress ?? LIMITS.streamsPerAddress);
  if (mine !== null && near !== null) {
    return () => {
      mine();
      near();
    };
  }
  mine?.();
  near?.();
  throw new HttpProblem('rate_limited', 'Too many streams are open. Close one, and share one stream among tabs.', { retryAfterS: 5 });
}

export interface Stream extends Pick<ReaderOptions, 'session' | 'from'> {
  readonly release: () => void;
}

/** An answer of Server-Sent Events. Ends when the credential does: the client comes back with a new one. */
export async function openStream(call: Call, { session, from, release }: Stream): Promise<Response> {
  const { metrics, log } = call.services;
  metrics.gauge('familiar_streams_open', 1);
  const onClose: ReaderOptions['onClose'] = (why) => {
    release();
    metrics.gauge('familiar_streams_open', -1);
    if (why !== 'ended') log.warn({ event: 'stream_cut', reason: why }, 'stream');
  };
  try {
    const body = await openReader(
      { store: call.services.store, bus: call.services.engine.bus },
      { session, from, mayRead: call.mayGoOn, onClose },
    );
    if (body === null) throw notFound();
    return new Response(body, {
      headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store, no-transform', 'x-accel-buffering': 'no' },
    });
  } catch (error) {
    onClose('ended');
    throw error;
  }
}
