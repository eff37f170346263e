import { expect, test } from 'vitest';
import { createJsonLogger, silentLogger } from './log.ts';

const clock = { now: () => Date.parse('2026-01-02T03:04:05.006Z') };

test('a fact is one line of JSON with time, level, message and fields', () => {
  const lines: string[] = [];
  createJsonLogger((line) => lines.push(line), clock).info('call ended', { reason: 'hang\nup', 'pii.userId': '@a:b' });
  expect(lines).toEqual([
    '{"at":"2026-01-02T03:04:05.006Z","level":"info","msg":"call ended","reason":"hang\\nup","pii.userId":"@a:b"}\n',
  ]);
});

test('lines below the level are not written', () => {
  const lines: string[] = [];
  const logger = createJsonLogger((line) => lines.push(line), clock, { level: 'warn' });
  logger.debug('a');
  logger.info('b');
  logger.warn('c');
  logger.error('d');
  expect(lines.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual(['c', 'd']);
});

test('fields cannot pass for the level or the message, and common fields are on every line', () => {
  const lines: string[] = [];
  createJsonLogger((line) => lines.push(line), clock, { fields: { part: 'backend' } }).error('real', {
    msg: 'false',
    level: 'debug',
    missing: undefined,
  });
  expect(JSON.parse(lines[0] ?? '')).toEqual({
    at: '2026-01-02T03:04:05.006Z',
    level: 'error',
    msg: 'real',
    part: 'backend',
  });
});

test('a field may be a list of small facts', () => {
  const lines: string[] = [];
  createJsonLogger((line) => lines.push(line), clock).info('tracks', { tracks: [{ kind: 'audio', encrypted: true }] });
  expect(lines[0]).toContain('"tracks":[{"kind":"audio","encrypted":true}]');
});

test('the silent logger takes every level', () => {
  expect(silentLogger.debug('a')).toBeUndefined();
  expect(silentLogger.error('a', { b: 1 })).toBeUndefined();
});
