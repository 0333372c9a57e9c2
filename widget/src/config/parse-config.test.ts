import { afterEach, expect, it } from 'vitest';
import { parseConfig } from './parse-config.ts';
import { readAttributes } from './read-attributes.ts';

const NEEDED = { agent: 'acme/help', embedKey: 'pk_1', baseUrl: 'https://chat.example' };
const silent = (): void => undefined;

afterEach(() => {
  for (const key of ['userId', 'identityToken', 'theme', 'accent']) Reflect.deleteProperty(Object.prototype, key);
});

it('lets init win over attributes, attributes over the server, the server over defaults', () => {
  const layer = (locale: string) => ({ locale, theme: { [locale]: '1', accent: locale } });
  const config = parseConfig(
    { defaults: { ...NEEDED, ...layer('aa') }, server: layer('bb'), attributes: layer('cc'), init: layer('dd') },
    silent,
  );
  expect(config?.locale).toBe('dd');
  expect({ ...config?.theme }).toEqual({ aa: '1', bb: '1', cc: '1', dd: '1', accent: 'dd' });
});

it('takes nothing from a polluted Object.prototype', () => {
  Object.assign(Object.prototype, { userId: 'mallory', identityToken: 'x.y.z', theme: { accent: 'red' }, accent: 'red' });
  const config = parseConfig({ init: { ...NEEDED }, attributes: readAttributes({}) }, silent);
  expect(config?.userId).toBeNull();
  expect(config?.identityToken).toBeNull();
  expect(config?.theme['accent']).toBeUndefined();
});

it('drops a bad value and says its mend', () => {
  const warnings: string[] = [];
  const config = parseConfig({ init: { ...NEEDED, mode: 'sideways', theme: 7, color: 'red' } }, (sentence) => warnings.push(sentence));
  expect(config?.mode).toBe('launcher');
  expect(warnings.join('\n')).toMatch(
    /"mode" was ignored: use "launcher", "inline" or "page"[^]*"theme" was ignored[^]*Unknown setting "color"/,
  );
});

it('starts nothing without agent, embed key and address', () => {
  const warnings: string[] = [];
  expect(parseConfig({ init: { agent: 'ACME' } }, (sentence) => warnings.push(sentence))).toBeNull();
  expect(warnings.at(-1)).toContain('without agent, embedKey, baseUrl');
});

it('never takes an id of the wrong type for no id', () => {
  expect(parseConfig({ init: { ...NEEDED, userId: 7 } }, silent)?.userId).not.toBeNull();
  expect(parseConfig({ init: { ...NEEDED, userId: '' } }, silent)?.userId).toBe('');
  expect(parseConfig({ init: { ...NEEDED, identityToken: 7 } }, silent)?.identityToken).toBe('');
});

it('reads data attributes, nested ones by their first word', () => {
  const settings = readAttributes({
    agent: 'acme/help',
    embedKey: 'pk_1',
    themeAccent: '#0a7',
    textsGreeting: 'Hi',
    attributes: '{"plan":"pro"}',
  });
  expect(JSON.parse(JSON.stringify(settings))).toEqual({
    agent: 'acme/help',
    embedKey: 'pk_1',
    theme: { accent: '#0a7' },
    texts: { greeting: 'Hi' },
    attributes: { plan: 'pro' },
  });
});
