import { stripVTControlCharacters } from 'node:util';
import type { Browser } from '@playwright/test';
import { ConformanceFailure } from './failure.ts';
import type { Scenario } from './scenario.ts';
import type { Site } from './site.ts';
import { onStage } from './stage.ts';

/** Plays one scenario. Throws `ConformanceFailure`, whatever went wrong. */
export async function runScenario(scenario: Scenario, site: Site, browser: Browser): Promise<void> {
  try {
    await onStage(site, browser, scenario.run);
  } catch (error) {
    if (error instanceof ConformanceFailure) throw error;
    throw new ConformanceFailure(explain(error), scenario.mend);
  }
}

/** The first line of what Playwright says, without its colours; the rest may quote the page. */
function explain(error: unknown): string {
  const text = error instanceof Error ? stripVTControlCharacters(error.message) : 'Something else than an error was thrown.';
  return text.split('\n')[0]?.trim() ?? '';
}
