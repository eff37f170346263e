import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { AudioGraph } from './audio-graph.ts';

/** Full scale, so that a probe that measures says 1. */
const LOUD = 1;
const contexts: FakeContext[] = [];

class FakeContext {
  state: 'suspended' | 'running' | 'closed' = 'suspended';

  constructor() {
    contexts.push(this);
  }
  async resume(): Promise<void> {
    this.state = 'running';
  }
  async close(): Promise<void> {
    this.state = 'closed';
  }
  createMediaStreamSource() {
    return { connect: () => undefined, disconnect: () => undefined };
  }
}

class FakeAnalyser {
  getFloatTimeDomainData(samples: Float32Array): void {
    samples.fill(LOUD);
  }
}

beforeEach(() => {
  contexts.length = 0;
  vi.stubGlobal('AudioContext', FakeContext);
  vi.stubGlobal('AnalyserNode', FakeAnalyser);
  vi.stubGlobal('MediaStream', function MediaStream() {});
});
afterEach(() => vi.unstubAllGlobals());

const track = {} as MediaStreamTrack;
const states = (): string[] => contexts.map(({ state }) => state);

test('the context of loudness ends with the last probe of a call, and the next call has another', () => {
  const graph = new AudioGraph();
  const [own, oracle] = [graph.probe(track), graph.probe(track)];
  oracle[Symbol.dispose]();
  expect([states(), own.level()]).toEqual([['running'], LOUD]);
  own[Symbol.dispose]();
  own[Symbol.dispose]();
  expect([states(), own.level()]).toEqual([['closed'], 0]);
  // Made ahead of the call, and no probe of the call before ends it.
  graph.ready();
  own[Symbol.dispose]();
  const next = graph.probe(track);
  expect([states(), next.level()]).toEqual([['closed', 'running'], LOUD]);
});

test('sounds of the page go on when nothing is measured any more', () => {
  const graph = new AudioGraph();
  graph.open();
  graph.probe(track)[Symbol.dispose]();
  expect(states()).toEqual(['running', 'closed']);
  graph[Symbol.dispose]();
  expect(states()).toEqual(['closed', 'closed']);
});
