import { expect, it } from 'vitest';
import { createPartLog, wantsColour } from './part-log.ts';
import type { Part } from './part-log.ts';

function written(part: Part, line: string, colour = false): string {
  const lines: string[] = [];
  createPartLog({ write: (text) => lines.push(text), colour })(part)(line);
  return lines.join('\n');
}

it('begins every line with its part, in one column for all', () => {
  expect(written('web', 'hello')).toBe('web     | hello');
  expect(written('synapse', 'hello')).toBe('synapse | hello');
});

it('writes a fact for people: message first, then its fields, without its time', () => {
  const line =
    '{"at":"2026-01-01T00:00:00.000Z","level":"info","msg":"call synced","ms":3,"reason":"two words","ok":true}';
  expect(written('backend', line)).toBe('backend | call synced  ms=3 reason="two words" ok=true');
});

it('does not repeat the part that the prefix names', () => {
  expect(written('agent', '{"msg":"up","part":"agent"}')).toBe('agent   | up');
  expect(written('agent', '{"msg":"up","part":"job"}')).toBe('agent   | up  part=job');
});

it('names the level of warnings and errors, and paints them', () => {
  expect(written('agent', '{"level":"error","msg":"models missing"}')).toBe('agent   | error: models missing');
  expect(written('agent', '{"level":"warn","msg":"slow"}', true)).toContain('\u001b[33mwarn: slow\u001b[39m');
});

it.each(['{broken', '{"no":"message"}', 'WARNING synapse.config x', '[1]', ''])('leaves %j as it is', (line) => {
  expect(written('synapse', line)).toBe(`synapse | ${line}`);
});

it('writes no escape codes without colour', () => {
  expect(written('livekit', '{"level":"warn","msg":"slow"}')).not.toContain('\u001b');
});

it('paints on terminals only, unless NO_COLOR or FORCE_COLOR say otherwise', () => {
  expect(wantsColour({}, true)).toBe(true);
  expect(wantsColour({}, false)).toBe(false);
  expect(wantsColour({ NO_COLOR: '1' }, true)).toBe(false);
  expect(wantsColour({ NO_COLOR: '' }, true)).toBe(true);
  expect(wantsColour({ FORCE_COLOR: '1' }, false)).toBe(true);
  expect(wantsColour({ FORCE_COLOR: '0' }, false)).toBe(false);
  expect(wantsColour({ NO_COLOR: '1', FORCE_COLOR: '1' }, true)).toBe(false);
});
