import type { Browser } from '@playwright/test';
import { ConformanceFailure } from '../failure.ts';
import { runScenario } from '../run-scenario.ts';
import { isPossible, type Scenario } from '../scenario.ts';
import { SCENARIOS } from '../scenarios/index.ts';
import { type ConformanceOptions, readSite } from '../site.ts';
import { serve, type TestSite } from './site.ts';

/** The outcome of one scenario: `ok`, or the sentence that a customer reads. */
export async function play(name: string, site: TestSite, browser: Browser): Promise<string> {
  const scenario = SCENARIOS.find((candidate) => candidate.name === name);
  if (scenario === undefined) throw new Error(`There is no scenario "${name}".`);
  const { origin, close } = await serve(site);
  try {
    return await outcome(scenario, optionsFor(scenario, origin), browser);
  } finally {
    await close();
  }
}

/** With a sign-in only where the scenario needs one. */
function optionsFor(scenario: Scenario, origin: string): ConformanceOptions {
  const plain: ConformanceOptions = { url: origin, tokenUrl: '/token' };
  if (isPossible(scenario, plain)) return plain;
  return {
    ...plain,
    signIn: async (page, user) => void (await page.goto(`${origin}/login?user=${user}`)),
  };
}

async function outcome(scenario: Scenario, options: ConformanceOptions, browser: Browser): Promise<string> {
  try {
    await runScenario(scenario, readSite(options), { browser, launch: async (extra) => browser.browserType().launch(extra) });
    return 'ok';
  } catch (error) {
    return error instanceof ConformanceFailure ? error.message : `not a ConformanceFailure: ${String(error)}`;
  }
}
