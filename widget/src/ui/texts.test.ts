import { type ErrorCode, type RunErrorCode, TOKEN_CODES } from '@familiar/protocol';
import { expect, test } from 'vitest';
import { createWords, describeActivity, describeTrouble, directionOf, safeLocale, TEXTS } from './texts.ts';

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

test.each(MET)('%s has words of its own', (code) => {
  expect(describeTrouble({ code, mend: 'none' }, {}, 'en')).not.toBe(TEXTS.error_unknown);
});

test('an unknown code has calm words, and a site may give it its own', () => {
  expect(describeTrouble({ code: 'brand_new', mend: 'none' }, {}, 'en')).toBe(TEXTS.error_unknown);
  expect(describeTrouble({ code: 'brand_new', mend: 'none' }, { error_brand_new: 'Ours' }, 'en')).toBe('Ours');
});

test('a limit says when it ends', () => {
  const trouble = { code: 'limit_reached', mend: 'wait', retryAfterMs: 3 * 3_600_000 } as const;
  expect(describeTrouble(trouble, {}, 'en')).toBe('You have reached the limit for now. You can write again in 3 hours.');
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
