import { type ErrorCode, type RunErrorCode, TOKEN_CODES } from '@familiar/protocol';
import { expect, test } from 'vitest';
import type { Trouble } from '../conversation/conversation.ts';
import { rareTexts } from './rare-texts.ts';
import { createWords, describeActivity, describeTrouble, type RareTexts, directionOf, type Overrides, safeLocale, TEXTS } from './texts.ts';

const MET: readonly (ErrorCode | RunErrorCode | 'cancelled' | 'network_error' | 'storage_degraded')[] = [
  ...TOKEN_CODES,
  'invalid_id',
  'degenerate_id',
  'reserved_id',
  'conflicting_ids',
  'invalid_proof',
  'session_token_expired',
  'session_token_revoked',
  'unknown_embed_key',
  'budget_exhausted',
  'origin_not_allowed',
  'embed_key_disabled',
  'identity_mismatch',
  'identity_required',
  'step_up_required',
  'not_found',
  'gone',
  'run_in_progress',
  'message_too_large',
  'limit_reached',
  'rate_limited',
  'internal_error',
  'draining',
  'store_unavailable',
  'interrupted',
  'model_unavailable',
  'model_bad_response',
  'agent_failed',
  'cancelled',
  'network_error',
  'storage_degraded',
];

/** What is told once the words of rare troubles have come (or before: `rare` null), and how often they were asked for. */
function describe(trouble: Trouble, overrides: Overrides = {}, rare: RareTexts | null = rareTexts): [text: string, asked: number] {
  let asked = 0;
  const text = describeTrouble(trouble, { overrides, locale: 'en', rare, loadRare: () => void (asked += 1) });
  return [text, asked];
}

test.each(MET)('%s has words of its own', (code) => {
  expect(describe({ code, mend: 'none' })[0]).not.toBe(TEXTS.error_unknown);
});

test('an unknown code has calm words, and a site may give it its own', () => {
  expect(describe({ code: 'brand_new', mend: 'none' })).toEqual([TEXTS.error_unknown, 0]);
  expect(describe({ code: 'brand_new', mend: 'none' }, { error_brand_new: 'Ours' })).toEqual(['Ours', 0]);
});

test('being offline, signed out or broken off has words at once; what is rare is told in general until its words have come', () => {
  for (const code of ['offline', 'network_error', 'token_expired', 'identity_required', 'interrupted']) {
    const [text, asked] = describe({ code, mend: 'none' }, {}, null);
    expect([text, asked]).toEqual([describe({ code, mend: 'none' })[0], 0]);
    expect(text).not.toBe(TEXTS.error_unknown);
  }
  expect(describe({ code: 'message_too_large', mend: 'none' }, {}, null)).toEqual([TEXTS.error_unknown, 1]);
  expect(describe({ code: 'message_too_large', mend: 'none' }, { error_message_too_large: 'Ours' }, null)).toEqual(['Ours', 0]);
});

test('a site replaces the words of rare troubles by their keys', () => {
  expect(describe({ code: 'message_too_large', mend: 'none' }, { error_long: 'Shorter, please' })[0]).toBe('Shorter, please');
});

test('a limit says when it ends', () => {
  const trouble = { code: 'limit_reached', mend: 'wait', retryAfterMs: 3 * 3_600_000 } as const;
  expect(describe(trouble)[0]).toBe('You have reached the limit for now. You can write again in 3 hours.');
});

test('only own texts count, and placeholders are filled once', () => {
  const words = createWords(Object.create({ send: 'inherited' }) as Record<string, string>);
  expect(words('send')).toBe('Send');
  expect(words('chat', { name: '{name} {constructor}' })).toBe('Chat with {name} {constructor}');
});

test('a tool is told by its name, an unknown one in general', () => {
  expect([describeActivity('search_pages', {}), describeActivity('x', {})]).toEqual([TEXTS.tool_search, TEXTS.tool_other]);
});

test('a locale that is none falls back to English', () => {
  expect([safeLocale('de-AT'), safeLocale('not a locale')]).toEqual(['de-AT', 'en']);
  expect([directionOf('ar-EG'), directionOf('fa'), directionOf('en')]).toEqual(['rtl', 'rtl', 'ltr']);
});
