import {
  test as playwrightTest,
  type TestType,
  type PlaywrightTestArgs,
  type PlaywrightTestOptions,
  type PlaywrightWorkerArgs,
  type PlaywrightWorkerOptions,
} from '@playwright/test';
import { runScenario } from './run-scenario.ts';
import { isPossible } from './scenario.ts';
import { SCENARIOS } from './scenarios/index.ts';
import { type ConformanceOptions, readSite } from './site.ts';

type Fixtures = PlaywrightTestArgs & PlaywrightTestOptions;
type WorkerFixtures = PlaywrightWorkerArgs & PlaywrightWorkerOptions;

/** `test`: the project's own, where its fixtures set `baseURL` or start servers. */
export interface RegisterOptions extends ConformanceOptions {
  readonly test?: TestType<Fixtures, WorkerFixtures>;
}

/** The longest that one scenario may take. */
const LIMIT_MS = 120_000;

/**
 * Registers a Playwright test for each scenario that these options make possible; call it at the top of a spec file.
 * A failing test says what was seen and how to mend it.
 */
export function conformance(options: RegisterOptions): void {
  const test = options.test ?? playwrightTest;
  test.describe(`Familiar on ${options.url}`, () => {
    test.describe.configure({ timeout: LIMIT_MS });
    for (const scenario of SCENARIOS.filter((candidate) => isPossible(candidate, options))) {
      test(scenario.name, async ({ browser, baseURL }) =>
        runScenario(scenario, readSite(options, baseURL), { browser, launch: async (extra) => browser.browserType().launch(extra) }),
      );
    }
  });
}
