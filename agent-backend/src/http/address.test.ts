import { expect, test } from 'vitest';
import { openHttpWorld, ORIGIN } from '../../test/http-world.ts';
import { clientAddress } from './address.ts';

const SOCKET = '192.0.2.9';
const from = (forwardedFor: string | null, trustedProxies: number, address: string | null = SOCKET) =>
  clientAddress({ address }, forwardedFor, trustedProxies);

test('without trusted proxies the socket counts, whatever the header says', () => {
  expect(from('198.51.100.1', 0)).toBe(SOCKET);
  expect(from(null, 0)).toBe(SOCKET);
  expect(from(null, 0, null)).toBe('unknown');
});

test.each([
  [1, '198.51.100.7', '198.51.100.7'],
  [1, '203.0.113.66, 198.51.100.7', '198.51.100.7'],
  [1, 'evil, 127.0.0.1,198.51.100.7', '198.51.100.7'],
  [2, '198.51.100.7, 10.0.0.2', '198.51.100.7'],
  [2, '203.0.113.66, 203.0.113.67, 198.51.100.7, 10.0.0.2', '198.51.100.7'],
  [3, '198.51.100.7, 10.0.0.1, 10.0.0.2', '198.51.100.7'],
])('behind %i proxies, of "%s" only what they wrote counts', (proxies, header, seen) => {
  expect(from(header, proxies)).toBe(seen);
});

test.each([
  '',
  ',',
  'unknown',
  '_hidden',
  'evil',
  '1.2.3',
  '1.2.3.4.5',
  '256.1.1.1',
  '1.2.3.4:',
  '1.2.3.4:x',
  '[::1',
  '[::1]x',
  '::g',
  '%',
  '[]',
])('where the proxy wrote "%s", everybody behind it shares the address of its socket', (written) => {
  expect(from(written, 1)).toBe(SOCKET);
  expect(from(`198.51.100.7, ${written}`, 1)).toBe(SOCKET);
});

test('fewer hops than proxies: the request came another way, and its socket counts', () => {
  expect(from('203.0.113.66', 2)).toBe(SOCKET);
  expect(from(null, 1)).toBe(SOCKET);
});

test.each([
  ['198.51.100.7:5678', '198.51.100.7'],
  [' 198.51.100.7:1 ', '198.51.100.7'],
  ['::ffff:198.51.100.7', '198.51.100.7'],
  ['::FFFF:c633:6407', '198.51.100.7'],
  ['0:0:0:0:0:ffff:198.51.100.7', '198.51.100.7'],
  ['[::ffff:198.51.100.7]:443', '198.51.100.7'],
  ['[::1]:443', '0:0:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['[2001:db8::1]', '2001:db8:0:0::/64'],
  ['[2001:db8::1]:443', '2001:db8:0:0::/64'],
  ['2001:0DB8:0000:0000:ffff:ffff:ffff:ffff', '2001:db8:0:0::/64'],
  ['2001:db8:0:1::1', '2001:db8:0:1::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['64:ff9b::198.51.100.7', '64:ff9b:0:0::/64'],
])('%s is one address without its port, in one spelling', (written, address) => {
  expect(from(written, 1)).toBe(address);
  expect(from(null, 0, written)).toBe(address);
});

test('another port, or another address of one /64, is no fresh start; another client is', async () => {
  const world = await openHttpWorld({ trustedProxies: 1, agent: { limits: { mintBurst: 1 } } });
  const mintFrom = async (forwarded: string) => {
    const body = { embed_key: world.embedKey };
    const headers = { origin: ORIGIN, 'x-forwarded-for': forwarded };
    return (await world.call('POST', '/v1/embed/session-tokens', { body, headers })).status;
  };
  expect(await mintFrom('1.2.3.4:1000')).toBe(401);
  expect(await mintFrom('1.2.3.4:1001')).toBe(429);
  expect(await mintFrom('9.9.9.9, 1.2.3.4')).toBe(429);
  expect(await mintFrom('[2001:db8::1]:1000')).toBe(401);
  expect(await mintFrom('[2001:db8::2]:1000')).toBe(429);
  expect(await mintFrom('1.2.3.5')).toBe(401);
  await world.close();
});
