import { HttpProblem } from '../problem.ts';
import { type Call, json, type Route } from '../route.ts';

const NONE = ['none'] as const;

export const OPERATOR_ROUTES: readonly Route[] = [
  { method: 'GET', path: '/healthz', summary: 'The process lives.', credentials: NONE, handle: async () => json({ status: 'ok' }) },
  { method: 'GET', path: '/readyz', summary: 'It takes requests: not draining, and the store answers.', credentials: NONE, handle: ready },
  { method: 'GET', path: '/metrics', summary: 'Counters for Prometheus.', credentials: NONE, answers: 'text/plain', handle: metrics },
];

async function ready({ services }: Call): Promise<Response> {
  if (services.engine.isDraining()) throw new HttpProblem('draining', 'This server is about to stop.', { retryAfterS: 2 });
  await services.store.rows('SELECT 1 AS one');
  return json({ status: 'ready' });
}

async function metrics({ services }: Call): Promise<Response> {
  return new Response(services.metrics.write(), { headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' } });
}
