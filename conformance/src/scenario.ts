import type { ConformanceOptions } from './site.ts';
import type { Stage } from './stage.ts';

/** What a site must offer for a scenario to be run on it. */
export type Need = 'script-tag' | 'anonymous' | 'sign-in' | 'sign-out' | 'signer';

/** One fact about an integration, and how to see whether it holds. */
export interface Scenario {
  /** The fact, as a sentence. */
  readonly name: string;
  /** What to do where nothing more exact is known about the failure. */
  readonly mend: string;
  readonly needs: readonly Need[];
  /** Throws `ConformanceFailure`, or whatever Playwright throws, where the fact does not hold. */
  readonly run: (stage: Stage) => Promise<void>;
}

/** True where the options say all that the scenario needs. Pages behind a sign-in are not judged as public ones. */
export function isPossible({ needs }: Scenario, options: ConformanceOptions): boolean {
  const has: Readonly<Record<Need, boolean>> = {
    'script-tag': options.integration !== 'module',
    anonymous: options.signIn === undefined,
    'sign-in': options.signIn !== undefined,
    'sign-out': options.signOut !== undefined,
    signer: options.tokenUrl !== undefined,
  };
  return needs.every((need) => has[need]);
}
