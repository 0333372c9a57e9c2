import { STATUS_OF } from '@familiar/protocol';
import { expect, test } from 'vitest';
import { createWords, describeActivity, describeTrouble, directionOf, safeLocale, TEXTS } from './texts.ts';

test('every code of the wire that a visitor may meet has words of its own', () => {
  const internal = [
    'malformed_body',
    'malformed_request',
    'too_deep',
    'invalid_cursor',
    'token_in_url',
    'method_not_allowed',
    'unsupported_media_type',
    'unprocessable',
  ];
  const run = ['interrupted', 'cancelled', 'model_unavailable', 'model_bad_response', 'agent_failed', 'offline', 'storage_degraded'];
  for (const code of [...Object.keys(STATUS_OF), ...run]) {
    const isGeneral = describeTrouble({ code, mend: 'none' }, {}, 'en') === TEXTS.error_unknown;
    expect(isGeneral, code).toBe(internal.includes(code));
  }
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
