import type { LogFields, Logger } from '@oracle-calls/protocol';
import { parseTraceparent } from '@oracle-calls/protocol/trace';
import { expect, test } from 'vitest';
import { createScene } from './call-scene.fixture.ts';

test('each call has a random trace of its own, which all its requests and log lines carry', async () => {
  const lines: (LogFields | undefined)[] = [];
  const note = (_message: string, fields?: LogFields): void => void lines.push(fields);
  const logger: Logger = { debug: note, info: note, warn: note, error: note };
  const traceOf = async (): Promise<string> => {
    const scene = createScene({ logger });
    await (await scene.liveCall()).endCall();
    const [traceparent, ...others] = scene.backend.traceparents;
    expect(others.length).toBeGreaterThanOrEqual(2);
    expect(others.every((other) => other === traceparent)).toBe(true);
    const { traceId = '', isSampled } = parseTraceparent(traceparent) ?? {};
    expect(isSampled).toBe(false);
    expect(lines.filter((fields) => fields?.['traceId'] === traceId).length).toBeGreaterThan(2);
    return traceId;
  };
  expect(await traceOf()).not.toBe(await traceOf());
});

test('nobody but the backend is told the trace: not Matrix, not the SFU', async () => {
  const scene = createScene();
  await (await scene.liveCall()).endCall();
  const { traceId = 'none' } = parseTraceparent(scene.backend.traceparents[0]) ?? {};
  expect(traceId).toMatch(/^[0-9a-f]{32}$/);
  expect(JSON.stringify(scene.matrix.sent)).not.toContain(traceId);
  expect(JSON.stringify(scene.backend.requests)).not.toContain(traceId);
});
