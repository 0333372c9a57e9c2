import { stripVTControlCharacters } from 'node:util';
import { ConformanceFailure } from './failure.ts';
import type { Scenario } from './scenario.ts';
import type { Site } from './site.ts';
import { type Browsers, onStage } from './stage.ts';

/** In the words of Chromium, Firefox, WebKit and Node. */
const UNREACHABLE = /ERR_CONNECTION|ERR_NAME_NOT|NS_ERROR_CONN|NS_ERROR_UNKNOWN_HOST|ECONNREFUSED|ENOTFOUND|Could not connect/;

/** Plays one scenario. Throws `ConformanceFailure`, whatever went wrong. */
export async function runScenario(scenario: Scenario, site: Site, browsers: Browsers): Promise<void> {
  try {
    await onStage(site, browsers, scenario.run);
  } catch (error) {
    if (error instanceof ConformanceFailure) throw error;
    const seen = explain(error);
    throw new ConformanceFailure(seen, UNREACHABLE.test(seen) ? 'start the site, and check its address.' : scenario.mend);
  }
}

/** The first line of what Playwright says, without its colours; the rest may quote the page. */
function explain(error: unknown): string {
  const text = error instanceof Error ? stripVTControlCharacters(error.message) : 'Something else than an error was thrown.';
  return text.split('\n')[0]?.trim() ?? '';
}
