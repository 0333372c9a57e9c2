import { describeRoutes } from './openapi.ts';
import { json, type Route } from './route.ts';
import { CLAIM_ROUTES } from './routes/claims.ts';
import { EMBED_ROUTES } from './routes/embed.ts';
import { IDENTITY_KEY_ROUTES } from './routes/identity-keys.ts';
import { INSTANCE_ROUTES } from './routes/instance.ts';
import { INSTANCES_ROUTES } from './routes/instances.ts';
import { OPERATOR_ROUTES } from './routes/operator.ts';
import { RUN_ROUTES } from './routes/runs.ts';
import { SESSION_ROUTES } from './routes/sessions.ts';

const DESCRIBED: readonly Route[] = [
  ...EMBED_ROUTES,
  ...CLAIM_ROUTES,
  ...SESSION_ROUTES,
  ...RUN_ROUTES,
  ...INSTANCE_ROUTES,
  ...INSTANCES_ROUTES,
  ...IDENTITY_KEY_ROUTES,
  ...OPERATOR_ROUTES,
];

/** Every route there is: the application, its description and its matrix test are made from this one table. */
export const ROUTES: readonly Route[] = [
  ...DESCRIBED,
  {
    method: 'GET',
    path: '/openapi.json',
    summary: 'This description.',
    credentials: ['none'],
    handle: async () => json(describeRoutes(DESCRIBED)),
  },
];
