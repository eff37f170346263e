import { expect, test } from 'vitest';
import { ContextMemory } from './context-memory.ts';
import type { SignedEnvelope } from './envelope-format.ts';
import { createScene, MINUTE_MS, NOW } from './scene.fixture.ts';

const { sealed } = await createScene('hpke-x25519', 'Ed25519');
const { envelope } = sealed;
const END = envelope.context.notAfter;
const other = (byte: number): SignedEnvelope => ({ ...envelope, contextHash: new Uint8Array(32).fill(byte) });

test('the same call may use its envelope again, another call may not', () => {
  const memory = new ContextMemory();
  memory.use(envelope, 'call-1', NOW);
  memory.use(envelope, 'call-1', NOW + 1);
  expect(() => {
    memory.use(envelope, 'call-2', NOW + 2);
  }).toThrow(expect.objectContaining({ code: 'ERR_ENVELOPE_REPLAYED' }));
});

test('another signature over the same context is the same context', () => {
  const memory = new ContextMemory();
  memory.use(envelope, 'call-1', NOW);
  expect(() => {
    memory.use({ ...envelope, signature: new Uint8Array(64) }, 'call-2', NOW);
  }).toThrow(expect.objectContaining({ code: 'ERR_ENVELOPE_REPLAYED' }));
});

test('a full memory forgets what has expired, and nothing else', () => {
  const memory = new ContextMemory({ maxEntries: 2, skewMs: MINUTE_MS });
  memory.use(other(1), 'call-1', NOW);
  memory.use(other(2), 'call-2', NOW);
  expect(() => {
    memory.use(other(3), 'call-3', END + MINUTE_MS);
  }).toThrow(expect.objectContaining({ code: 'ERR_UPSTREAM_BUSY' }));
  memory.use(other(3), 'call-3', END + MINUTE_MS + 1);
  expect(memory.size).toBe(1);
});
