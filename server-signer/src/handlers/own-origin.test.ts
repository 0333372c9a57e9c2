import type { IncomingMessage } from 'node:http';
import { connect, createServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { readNodeGate } from './node-gate.ts';
import { readOwnOrigin } from './own-origin.ts';

test.each([
  ['http', 'shop.example', 'http://shop.example'],
  ['http', 'shop.example:80', 'http://shop.example'],
  ['https', 'shop.example:443', 'https://shop.example'],
  ['http', 'shop.example:443', 'http://shop.example:443'],
  ['http', 'Shop.Example:8080', 'http://shop.example:8080'],
  ['http', '[::1]:3000', 'http://[::1]:3000'],
  ['http', 'my_shop.local:3000', 'http://my_shop.local:3000'],
] as const)('%s and Host %s is the page at %s', (scheme, host, origin) => {
  expect(readOwnOrigin(scheme, host)).toBe(origin);
});

test.each([
  '',
  'shop.example, evil.example',
  'evil.example@shop.example',
  'shop.example/evil',
  'shop.example:80:80',
  'shop.example#',
  'a b',
  '[x]',
  '[::1',
  'shop.example:99999',
  null,
  undefined,
])('Host %o is nobody’s', (host) => {
  expect(readOwnOrigin('http', host)).toBeNull();
});

test('over HTTP/2 it is the authority', async () => {
  const gates: unknown[] = [];
  const server = createServer((request, response) => {
    gates.push(readNodeGate(request as unknown as IncomingMessage).ownOrigin);
    response.end();
  });
  await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  const client = connect(`http://127.0.0.1:${port}`);
  await new Promise((done) => client.request({ ':method': 'POST', ':path': '/token' }).resume().on('close', done).end());
  client.close();
  await new Promise((done) => void server.close(done));
  expect(gates).toEqual([`http://127.0.0.1:${port}`]);
});
