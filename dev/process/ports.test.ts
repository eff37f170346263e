import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { freePort, releasePort } from './ports.ts';

it('gives the preferred port when nobody has it', async () => {
  const port = await freePort();
  releasePort(port);
  expect(await freePort(port)).toBe(port);
});

it('gives another when somebody listens on the preferred one', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const taken = (server.address() as AddressInfo).port;
  expect(await freePort(taken)).not.toBe(taken);
  server.close();
});

it('hands no port out twice while it is held, not even one that nobody has bound yet', async () => {
  const held = await freePort();
  expect(await freePort(held)).not.toBe(held);
  releasePort(held);
  expect(await freePort(held)).toBe(held);
});

it('keeps TCP and UDP apart', async () => {
  const port = await freePort(undefined, 'udp');
  expect(await freePort(port, 'tcp')).toBe(port);
});
