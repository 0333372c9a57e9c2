import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SCENARIOS } from './scenarios/index.ts';

const README = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');

test('the README lists every scenario with what it needs, and no other', () => {
  const rows = README.split('| scenario | needs |')[1]?.trim().split('\n').slice(1);
  expect(rows).toEqual(SCENARIOS.map(({ name, needs }) => `| ${name} | ${needs.join(', ') || 'any page'} |`));
});

test('no two scenarios have the same name, and each has a mend', () => {
  expect(new Set(SCENARIOS.map(({ name }) => name)).size).toBe(SCENARIOS.length);
  for (const { mend } of SCENARIOS) expect(mend).toMatch(/^[a-z].{20,}\.$/);
});
