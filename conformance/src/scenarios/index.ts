import type { Scenario } from '../scenario.ts';
import { LOADING } from './loading.ts';
import { MEMBERS } from './members.ts';
import { PAGE } from './page.ts';
import { PROVIDER } from './provider.ts';
import { SIGNER } from './signer.ts';
import { VISITORS } from './visitors.ts';

/** Every scenario, in the order in which they are run. */
export const SCENARIOS: readonly Scenario[] = [...LOADING, ...PAGE, ...VISITORS, ...MEMBERS, ...PROVIDER, ...SIGNER];
