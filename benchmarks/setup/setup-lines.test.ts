import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import type { CallBenchmark } from './setup.ts';
import { setupLines } from './setup-lines.ts';

const figures = { p50Ms: 46.4, p95Ms: 60 };
const measured: CallBenchmark = {
  setup: {
    runs: 20,
    p50Ms: 410.4,
    p95Ms: 530,
    floorP50Ms: 260,
    floorP95Ms: 301,
    ratio: 410.4 / 260,
    stages: { click: 0, joinToken: 39, oracleAudible: 410, synced: 700 },
    agentStages: { begun: 60, claimed: 150, earconSent: 380, unheardOf: 1 },
  },
  handshake: { ...figures, page: figures, untilPeerReady: figures, criticalPath: figures },
};

test('figures, ratio and stages of both ends in the order of time, in 80 columns', () => {
  const lines = setupLines(measured).map((line) => stripVTControlCharacters(line));
  const text = lines.join('\n');
  expect(text).toContain("click to the oracle's first sound      410 ms   530 ms");
  expect(text).toMatch(/set-up \/ floor +1\.58 +at most 2\.00/);
  const order = [
    'page   click',
    'page   join token',
    'agent  job begun',
    'agent  call claimed',
    'agent  first sound sent',
  ];
  expect(order.map((part) => lines.findIndex((line) => line.includes(part)))).toEqual(
    order.map((part) => lines.findIndex((line) => line.includes(part))).toSorted((one, other) => one - other),
  );
  for (const part of order) expect(text).toContain(part);
  // Not part of set-up, or unknown.
  expect(text).not.toMatch(/synced|unheardOf/);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
});
