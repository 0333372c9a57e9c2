import { afterEach, expect, it } from 'vitest';
import { explain } from './hints.ts';
import { parseConfig } from './parse-config.ts';

const NEEDED = { agent: 'acme/help', embedKey: 'pk_1', baseUrl: 'https://chat.example' };
const silent = (): void => undefined;

afterEach(() => {
  for (const key of ['userId', 'identityToken', 'theme', 'accent']) Reflect.deleteProperty(Object.prototype, key);
});

it('lets init win over attributes, attributes over the server, the server over defaults', () => {
  const layer = (locale: string) => ({ locale, theme: { [locale]: '1', accent: locale } });
  const config = parseConfig([{ ...NEEDED, ...layer('aa') }, layer('bb'), layer('cc'), layer('dd')], silent);
  expect(config?.locale).toBe('dd');
  expect({ ...config?.theme }).toEqual({ aa: '1', bb: '1', cc: '1', dd: '1', accent: 'dd' });
});

it('takes nothing from a polluted Object.prototype', () => {
  Object.assign(Object.prototype, { userId: 'mallory', identityToken: 'x.y.z', theme: { accent: 'red' }, accent: 'red' });
  const config = parseConfig([{}, { ...NEEDED }], silent);
  expect(config?.userId).toBeNull();
  expect(config?.identityToken).toBeNull();
  expect(config?.theme['accent']).toBeUndefined();
});

it('drops a bad value and says its mend', () => {
  const warnings: string[] = [];
  const config = parseConfig([{ ...NEEDED, mode: 'sideways', theme: 7, color: 'red' }], (hint, about) =>
    warnings.push(explain(hint, about)),
  );
  expect(config?.mode).toBe('launcher');
  expect(warnings.join('\n')).toMatch(
    /"mode" was ignored: use "launcher", "inline" or "page"[^]*"theme" was ignored[^]*"color" is no setting/,
  );
});

it('takes a web address with a path for the backend, without a slash at its end', () => {
  const read = (baseUrl: unknown) => parseConfig([NEEDED, { baseUrl }], silent).baseUrl;
  expect(read('http://localhost:8787/chat//')).toBe('http://localhost:8787/chat');
  for (const bad of ['ftp://chat.example', '/chat', 'https://', 'https://a@b.example', 'https://b.example/?a=1', 7])
    expect(read(bad)).toBe(NEEDED.baseUrl);
});

it('reads flags and minutes as attributes and as values', () => {
  const read = (layer: object) => parseConfig([NEEDED, layer], silent);
  expect(['', 'true', true].map((debug) => read({ debug }).debug)).toEqual([true, true, true]);
  expect(['false', false, 'yes', 7].map((debug) => read({ debug }).debug)).toEqual([false, false, false, false]);
  expect(['5', 0.5, '0', -1, 'soon'].map((idleMinutes) => read({ idleMinutes }).idleMinutes)).toEqual([5, 0.5, 10, 10, 10]);
});

it('takes no agent that cannot be one', () => {
  expect(parseConfig([{ ...NEEDED, agent: 'ACME' }], silent).agent).toBeNull();
  expect(parseConfig([NEEDED], silent)).toMatchObject(NEEDED);
});

it('changes in place only what can, and leaves what it is given', () => {
  const warnings: string[] = [];
  const before = parseConfig([{ ...NEEDED, theme: { accent: 'red' } }], silent);
  const after = parseConfig(
    [{ locale: 'de', agent: 'acme/other', theme: { radius: '2px' } }],
    (...hint) => warnings.push(hint.join(' ')),
    before,
  );
  expect(after).toMatchObject({ ...NEEDED, locale: 'de', theme: { accent: 'red', radius: '2px' } });
  expect([before.locale, before.theme, warnings]).toEqual(['en', { accent: 'red' }, ['update agent']]);
});

it('has a sentence for an id that cannot be one, without the id', () => {
  expect(explain('userId', 'caf\u00e9 7')).toMatch(/Character 4 .*U\+00E9/);
  expect(explain('userId', 'caf\u00e9 7')).not.toContain('caf');
});

it('never takes an id of the wrong type for no id', () => {
  expect(parseConfig([{ ...NEEDED, userId: 7 }], silent)?.userId).not.toBeNull();
  expect(parseConfig([{ ...NEEDED, userId: '' }], silent)?.userId).toBe('');
  expect(parseConfig([{ ...NEEDED, identityToken: 7 }], silent)?.identityToken).toBe('');
});

it('reads data attributes, nested ones by their first word', () => {
  const dataset = { agent: 'acme/help', embedKey: 'pk_1', themeAccent: '#0a7', textsGreeting: 'Hi', attributes: '{"plan":"pro"}' };
  const config = parseConfig([{ ...dataset, attributesRole: 'admin' }, { theme: { radius: '2px' } }], silent);
  expect(JSON.parse(JSON.stringify(config))).toMatchObject({
    agent: 'acme/help',
    embedKey: 'pk_1',
    theme: { accent: '#0a7', radius: '2px' },
    texts: { greeting: 'Hi' },
    attributes: { plan: 'pro', role: 'admin' },
  });
});

it('tells what is no JSON and what is no object, with the mend', () => {
  const warnings: string[] = [];
  const config = parseConfig([{ attributes: 'plan', context: '[1]' }, 'pk_1', 7], (...hint) => warnings.push(explain(...hint)));
  expect([config.attributes, config.context]).toEqual([null, null]);
  expect(warnings.join('\n')).toMatch(
    /^(Settings are an object.*\n){2}.*"attributes" was ignored: use an object.*\n.*"context" was ignored/,
  );
});
