import { describe, expect, test } from 'vitest';
import { isAllowedOrigin, parseOrigin } from './origins.ts';

const GOOD = [
  'https://shop.example',
  'https://www.shop.example',
  'https://shop.example:8443',
  'https://xn--mnchen-3ya.example',
  'https://192.0.2.7',
  'https://[2001:db8::1]',
  'https://my_shop.example',
  'http://localhost',
  'http://localhost:4000',
  'http://127.0.0.1:4000',
  'http://[::1]:4000',
];

const EVIL = [
  '',
  ' ',
  'null',
  '*',
  'https://*',
  'https://*.shop.example',
  'https://shop.*',
  'shop.example',
  '//shop.example',
  'https:shop.example',
  'https:/shop.example',
  'https:\\\\shop.example',
  'https:///shop.example',
  'https://shop.example/',
  'https://shop.example//',
  'https://shop.example/path',
  'https://shop.example?',
  'https://shop.example?q',
  'https://shop.example#',
  'https://shop.example#top',
  'https://shop.example:443',
  'https://shop.example:',
  'https://shop.example:0443',
  'https://shop.example:08443',
  'https://shop.example:99999',
  'https://SHOP.example',
  'HTTPS://shop.example',
  'https://shop.example.',
  'https://shop..example',
  'https://.shop.example',
  'https://shop.example ',
  ' https://shop.example',
  'https://shop.example\n',
  '\thttps://shop.example',
  'https://shop.exam\nple',
  'https://shop.example\0',
  'https://user@shop.example',
  'https://user:pw@shop.example',
  'https://@shop.example',
  'https://shop.example@evil.test',
  'https://münchen.example',
  'https://shop。example',
  'https://ｓｈｏｐ.example',
  'https://shop%2eexample',
  'https://shop.example%00',
  'https://sh\u00adop.example',
  'https://sh\u200dop.example',
  'https://3232235777',
  'https://0x7f.1',
  'https://127.1',
  'https://0177.0.0.1',
  'https://[::0001]',
  'https://[2001:DB8::1]',
  'http://shop.example',
  'http://127.0.0.2',
  'http://0.0.0.0',
  'http://localhost.evil.test',
  'http://evil-localhost',
  'http://sub.localhost',
  'http://localhost:80',
  'ws://shop.example',
  'ftp://shop.example',
  'file://',
  'data:text/html,x',
  'javascript:alert(1)',
  'blob:https://shop.example/1',
  'chrome-extension://abcdefgh',
  'https://shop.example, https://evil.test',
  'https://shop.example https://evil.test',
  'https://-shop.example',
];

describe('the allow-list', () => {
  test.each(GOOD)('takes %s', (origin) => expect(parseOrigin(origin)).toBe(origin));
  test.each(EVIL)('refuses %j, with its mend', (origin) => expect(() => parseOrigin(origin)).toThrow(/^An origin is/));
  test.each([null, undefined, 7, ['https://shop.example'], {}])('refuses %j', (value) =>
    expect(() => parseOrigin(value)).toThrow(TypeError),
  );
});

describe('the header', () => {
  const allowed = new Set(['https://shop.example', 'http://localhost:4000', 'null']);
  test('matches byte for byte', () => expect(isAllowedOrigin('https://shop.example', allowed)).toBe(true));
  test.each([
    ...EVIL,
    'https://shop.example.evil.test',
    'https://evil-shop.example',
    'https://evilshop.example',
    'https://sub.shop.example',
    'https://shop.example:8443',
    'http://localhost:4001',
    'https://localhost:4000',
    'http://127.0.0.1:4000',
    'https://shop.exampl',
  ])('%j never matches', (origin) => expect(isAllowedOrigin(origin, allowed)).toBe(false));
  test.each([null, undefined, 0, ['https://shop.example']])('%j never matches', (header) =>
    expect(isAllowedOrigin(header, allowed)).toBe(false),
  );
});
