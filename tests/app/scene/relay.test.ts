import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openRelay, type Relay } from './relay.ts';

let server: Server;
let relay: Relay;

beforeEach(async () => {
  server = createServer((request, response) => {
    // What hangs tells nobody that it does.
    if (request.url !== '/hangs') response.end('here');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  relay = await openRelay(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});

afterEach(async () => {
  await relay[Symbol.asyncDispose]();
  server.closeAllConnections();
  server.close();
});

const ask = async (path = ''): Promise<string> => (await fetch(relay.url + path)).text();

test('passes on what it is given', async () => {
  expect(relay.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect(await ask()).toBe('here');
});

test('a cut ends what is under way and refuses what comes, until it is mended', async () => {
  const pending = ask('/hangs');
  await expect.poll(() => relay.connections()).toBe(1);
  const cut = relay.cut();
  await expect(pending).rejects.toThrow('fetch failed');
  await expect(ask()).rejects.toThrow('fetch failed');
  cut[Symbol.dispose]();
  expect(await ask()).toBe('here');
});

test('of two cuts both have to be mended, each once', async () => {
  const [first, second] = [relay.cut(), relay.cut()];
  first[Symbol.dispose]();
  first[Symbol.dispose]();
  await expect(ask()).rejects.toThrow('fetch failed');
  second[Symbol.dispose]();
  expect(await ask()).toBe('here');
});
