import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';
import { ConformanceFailure } from '../failure.ts';
import { runScenario } from '../run-scenario.ts';
import { isPossible } from '../scenario.ts';
import { SCENARIOS } from '../scenarios/index.ts';
import { type ConformanceOptions, readSite, type Site } from '../site.ts';
import type { Browsers } from '../stage.ts';

const USAGE = `familiar-conformance <url> [--token-url /familiar/token] [--module] [--message Hello]

Runs the scenarios that need no sign-in against a page that carries the widget.
--module: the page calls createWidget() itself. CHROMIUM_PATH names a browser; else Playwright's own is used.
Exit code: 0 all hold, 1 one does not, 2 the command is wrong.`;

const OPTIONS = {
  'token-url': { type: 'string' },
  message: { type: 'string' },
  module: { type: 'boolean' },
  help: { type: 'boolean' },
} as const;

/** What the program is given of its surroundings. */
export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Chromium runs as root only without its sandbox. */
  readonly isRoot: boolean;
  readonly print: (text: string) => void;
  readonly complain: (text: string) => void;
}

/** Runs `familiar-conformance`: a line for each scenario. Returns its exit code. Never throws. */
export async function runCommand(argv: readonly string[], terminal: Terminal): Promise<number> {
  const options = readOptions(argv);
  if (options === null) {
    terminal.complain(USAGE);
    return 2;
  }
  const executablePath = terminal.env['CHROMIUM_PATH'];
  try {
    const site = readSite(options);
    const own = { ...(executablePath ? { executablePath } : {}), args: terminal.isRoot ? ['--no-sandbox'] : [] };
    const launch: Browsers['launch'] = async (extra) => chromium.launch({ ...own, ...extra });
    const browser = await launch({});
    const failures = await runAll({ options, site, browsers: { browser, launch }, print: terminal.print });
    await browser.close();
    return failures === 0 ? 0 : 1;
  } catch {
    // Playwright's own message is a page long, and names paths of this machine.
    terminal.complain('The address is no URL, or no browser could be started: npx playwright install chromium, or set CHROMIUM_PATH.');
    return 2;
  }
}

function readOptions(argv: readonly string[]): ConformanceOptions | null {
  try {
    const { values, positionals } = parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true });
    const [url, ...rest] = positionals;
    if (url === undefined || rest.length > 0 || values.help === true) return null;
    const { message, 'token-url': tokenUrl } = values;
    return {
      url,
      ...(values.module === true ? { integration: 'module' } : {}),
      ...(message === undefined ? {} : { message }),
      ...(tokenUrl === undefined ? {} : { tokenUrl }),
    };
  } catch {
    // An option that is unknown or lacks its value.
    return null;
  }
}

interface Run {
  readonly options: ConformanceOptions;
  readonly site: Site;
  readonly browsers: Browsers;
  readonly print: (text: string) => void;
}

async function runAll({ options, site, browsers, print }: Run): Promise<number> {
  let failures = 0;
  for (const scenario of SCENARIOS.filter((candidate) => isPossible(candidate, options))) {
    try {
      await runScenario(scenario, site, browsers);
      print(`ok    ${scenario.name}`);
    } catch (error) {
      failures += 1;
      const { seen, mend } = error instanceof ConformanceFailure ? error : { seen: 'It broke off.', mend: scenario.mend };
      print(`FAIL  ${scenario.name}: ${seen} Mend: ${mend}`);
    }
  }
  return failures;
}
