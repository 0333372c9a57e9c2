import type { Scenario } from '../scenario.ts';
import { LOADING } from './loading.ts';
import { PAGE } from './page.ts';
import { VISITORS } from './visitors.ts';

/** Every scenario, in the order in which they are run. */
export const SCENARIOS: readonly Scenario[] = [...LOADING, ...PAGE, ...VISITORS];
