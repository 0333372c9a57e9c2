import { type ErrorCode, type RunErrorCode, TOKEN_CODES } from '@familiar/protocol';
import { expect, test } from 'vitest';
import { createRareWords, RARE_TEXTS } from './rare-texts.ts';
import { createWords, directionOf, type Overrides, safeLocale, TEXTS } from './texts.ts';

const MET: readonly (ErrorCode | RunErrorCode | 'cancelled' | 'storage_degraded')[] = [
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
  'storage_degraded',
];

const rareWords = (overrides: Overrides = {}) =>
  createRareWords(
    () => overrides,
    () => 'en',
  );
const describe = (code: string, overrides?: Overrides): string => rareWords(overrides).trouble({ code, mend: 'none' });

test.each(MET)('%s has words of its own', (code) => {
  expect(describe(code)).not.toBe(TEXTS.error_unknown);
});

test('an unknown code has calm words, and a site may give it its own', () => {
  expect(describe('brand_new')).toBe(TEXTS.error_unknown);
  expect(describe('brand_new', { error_brand_new: 'Ours' })).toBe('Ours');
});

test('a site replaces the words of rare troubles by their keys', () => {
  expect(describe('message_too_large', { error_long: 'Shorter, please' })).toBe('Shorter, please');
});

test('a limit says when it ends', () => {
  const trouble = { code: 'limit_reached', mend: 'wait', retryAfterMs: 3 * 3_600_000 } as const;
  expect(rareWords().trouble(trouble)).toBe('You have reached the limit for now. You can write again in 3 hours.');
});

test('only own texts count, and placeholders are filled once', () => {
  const words = createWords(() => Object.create({ send: 'inherited' }) as Record<string, string>);
  expect(words('send')).toBe('Send');
  expect(words('chat', { name: '{name} {constructor}' })).toBe('Chat with {name} {constructor}');
});

test('a key without a text reads as what it says, until a site gives it one', () => {
  const texts: Record<string, string> = {};
  const words = createWords(() => texts);
  expect([words('newConversation'), words('you')]).toEqual(['New conversation', 'You']);
  texts['you'] = 'Du';
  expect(words('you')).toBe('Du');
});

test('a tool is told by its name, an unknown one in general', () => {
  const tell = (tool: string, overrides?: Overrides): string => rareWords(overrides).activity(tool);
  expect([tell('search_pages'), tell('x')]).toEqual([RARE_TEXTS.tool_search, RARE_TEXTS.tool_other]);
  expect(tell('x', { tool_x: 'Ours' })).toBe('Ours');
});

test('a locale that is none falls back to English', () => {
  expect([safeLocale('de-AT'), safeLocale('not a locale')]).toEqual(['de-AT', 'en']);
  expect([directionOf('ar-EG'), directionOf('fa'), directionOf('en')]).toEqual(['rtl', 'rtl', 'ltr']);
});
