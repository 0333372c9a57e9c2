import { expect, test } from 'vitest';
import { STATUS_OF, TOKEN_CODES } from './codes.ts';
import { isTerminal } from './events.ts';

test('every code of an identity token answers 401', () => {
  expect(TOKEN_CODES.map((code) => STATUS_OF[code])).toEqual(TOKEN_CODES.map(() => 401));
  expect(TOKEN_CODES).toHaveLength(13);
});

test('every code has a status of the contract', () => {
  expect([...new Set(Object.values(STATUS_OF))].sort((a, b) => a - b)).toEqual([
    400, 401, 402, 403, 404, 405, 409, 410, 413, 415, 422, 429, 500, 503,
  ]);
});

test("somebody else's row has no code of its own", () => {
  const forbidden = Object.entries(STATUS_OF).filter(([, status]) => status === 403);
  expect(forbidden.map(([code]) => code).sort()).toEqual([
    'claim_not_allowed',
    'embed_key_disabled',
    'identity_mismatch',
    'identity_required',
    'origin_not_allowed',
    'participant_removed',
    'step_up_required',
  ]);
});

test('a run ends with RUN_FINISHED or RUN_ERROR and nothing else', () => {
  const types = ['RUN_STARTED', 'TEXT_MESSAGE_END', 'CUSTOM', 'RUN_FINISHED', 'RUN_ERROR', 'run_finished'];
  expect(types.filter((type) => isTerminal({ type }))).toEqual(['RUN_FINISHED', 'RUN_ERROR']);
});
