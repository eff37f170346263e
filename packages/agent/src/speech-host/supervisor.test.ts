import { silentLogger } from '@oracle-calls/protocol';
import type { Logger } from '@oracle-calls/protocol';
import { FakeClock } from '@oracle-calls/testing/clock';
import { describe, expect, it } from 'vitest';
import { HEARD_HERE, placeOf } from '@oracle-calls/protocol/hearing';
import type { HostProcess, HostReport } from './host-process.ts';
import { FIRST_RESTART_MS, HostSupervisor, MAX_RESTART_MS, SOUND_AFTER_MS } from './supervisor.ts';

type Exit = Awaited<HostProcess['exited']>;

/** A host process that does what the test says. */
class FakeHost implements HostProcess {
  readonly pid = 4711;
  readonly #exit = Promise.withResolvers<Exit>();
  readonly exited = this.#exit.promise;
  readonly report: (report: HostReport) => void;
  released = 0;
  killed = 0;

  constructor(report: (report: HostReport) => void) {
    this.report = report;
  }

  release(): void {
    this.released += 1;
  }

  kill(): void {
    this.killed += 1;
    this.die();
  }

  die(signal: NodeJS.Signals | null = 'SIGKILL'): void {
    this.#exit.resolve({ exitCode: signal === null ? 0 : null, signal });
  }
}

function supervise(): {
  readonly supervisor: HostSupervisor;
  readonly hosts: FakeHost[];
  readonly clock: FakeClock;
  readonly logged: string[];
  readonly last: () => FakeHost;
} {
  const clock = new FakeClock();
  const hosts: FakeHost[] = [];
  const logged: string[] = [];
  const keep = (message: string, fields: object = {}): void => void logged.push(`${message} ${JSON.stringify(fields)}`);
  const log: Logger = { ...silentLogger, info: keep, warn: keep, error: keep };
  const start = (report: (one: HostReport) => void): FakeHost => {
    const host = new FakeHost(report);
    hosts.push(host);
    return host;
  };
  const supervisor = new HostSupervisor({ start, prepare: () => logged.push('prepared'), clock, log });
  const last = (): FakeHost => {
    const host = hosts.at(-1);
    if (host === undefined) throw new Error('none was started');
    return host;
  };
  return { supervisor, hosts, clock, logged, last };
}

const READY = {
  kind: 'ready',
  brainTitle: 'scripted',
  hearing: HEARD_HERE,
  ms: 12,
} as const satisfies HostReport;

describe('the speech host’s supervisor', () => {
  it('starts a host and says when its models are loaded', () => {
    const { hosts, logged, last } = supervise();
    expect(hosts).toHaveLength(1);
    last().report(READY);
    expect(logged).toEqual(['prepared', 'models loaded {"ms":12,"brain":"scripted","speechHostPid":4711}']);
  });

  it('warns the operator of every host that hears the calls', () => {
    const { logged, last } = supervise();
    const languageModel = placeOf('https://models.example/v1', ['text']);
    last().report({ ...READY, hearing: { ...READY.hearing, languageModel } });
    expect(logged.at(-1)).toBe('calls are heard elsewhere {"host":"models.example","what":"text"}');
  });

  it('starts another soon after one was lost, having cleared up', async () => {
    const { hosts, clock, logged, last } = supervise();
    last().report(READY);
    last().die();
    await clock.settle();
    expect(logged.slice(2)).toEqual([
      'speech host lost {"speechHostPid":4711,"signal":"SIGKILL"}',
      `speech host starts again {"inMs":${FIRST_RESTART_MS}}`,
    ]);
    await clock.advance(FIRST_RESTART_MS);
    expect(hosts).toHaveLength(2);
    expect(logged.at(-1)).toBe('prepared');
  });

  it('waits ever longer when hosts keep dying, up to a bound', async () => {
    const { hosts, clock, logged, last } = supervise();
    for (let i = 0; i < 12; i++) {
      last().report({ kind: 'failed', problem: 'not-loaded', message: 'no weights' });
      last().die(null);
      await clock.advance(MAX_RESTART_MS);
    }
    expect(hosts).toHaveLength(13);
    const pauses = logged.flatMap((line) => /"inMs":(\d+)/.exec(line)?.[1] ?? []).map(Number);
    expect(pauses.slice(0, 3)).toEqual([FIRST_RESTART_MS, FIRST_RESTART_MS * 2, FIRST_RESTART_MS * 4]);
    expect(pauses.at(-1)).toBe(MAX_RESTART_MS);
  });

  it('is quick again after a host that was sound for a while', async () => {
    const { clock, logged, last } = supervise();
    last().die();
    await clock.advance(MAX_RESTART_MS);
    last().report(READY);
    await clock.advance(SOUND_AFTER_MS);
    last().die();
    await clock.settle();
    expect(logged.at(-1)).toBe(`speech host starts again {"inMs":${FIRST_RESTART_MS}}`);
  });

  it('lets the host go when it is closed, and starts none after that', async () => {
    const { supervisor, hosts, clock, last } = supervise();
    const closed = Promise.all([supervisor.close(), supervisor.close()]);
    expect(last().released).toBe(1);
    last().die(null);
    await closed;
    await clock.advance(MAX_RESTART_MS);
    expect([hosts.length, last().killed, clock.pendingTimers]).toEqual([1, 0, 0]);
  });

  it('kills a host that does not go', async () => {
    const { supervisor, clock, last } = supervise();
    const closed = supervisor.close();
    await clock.advance(2_000);
    await closed;
    expect(last().killed).toBe(1);
  });

  it('can be closed between two hosts', async () => {
    const { supervisor, hosts, clock, last } = supervise();
    last().die();
    await clock.settle();
    await supervisor.close();
    expect([hosts.length, clock.pendingTimers]).toEqual([1, 0]);
  });
});
