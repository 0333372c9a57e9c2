import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { NODE, ROOT, ensureInstalled, pinnedEnvironment, run } from './install.mjs';

/** Installs, builds, and runs every test: unit, contract and browser (vitest), end to end (Playwright). */
const results = join(ROOT, 'test-results');
ensureInstalled();
run(NODE, ['scripts/setup.mjs']);
run(NODE, ['scripts/build.mjs']);
rmSync(results, { recursive: true, force: true });
mkdirSync(results, { recursive: true });

const unit = join(results, 'unit.json');
const ends = join(results, 'e2e.json');
const unitStatus = attempt('vitest', ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${unit}`]);
const endStatus = attempt('playwright', ['test', '--config', 'e2e/playwright.config.ts'], { PLAYWRIGHT_JSON_OUTPUT_FILE: ends });

const vitest = read(unit, (report) => ({
  passed: report.numPassedTests,
  failed: report.numFailedTests + report.numFailedTestSuites * Number(report.numFailedTests === 0),
}));
const playwright = read(ends, (report) => ({
  passed: report.stats.expected,
  failed: report.stats.unexpected + report.stats.flaky + report.errors.length,
}));
const passed = vitest.passed + playwright.passed;
let failed = vitest.failed + playwright.failed;
if (failed === 0 && (unitStatus !== 0 || endStatus !== 0)) failed = 1;
process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
process.exit(failed === 0 ? 0 : 1);

function attempt(command, args, env = {}) {
  return spawnSync(command, args, { cwd: ROOT, stdio: 'inherit', env: pinnedEnvironment(env) }).status ?? 1;
}

function read(file, count) {
  try {
    return count(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    // The runner died before it wrote its report: that is one failure, and its own output above says why.
    return { passed: 0, failed: 1 };
  }
}
