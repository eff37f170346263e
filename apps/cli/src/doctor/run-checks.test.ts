import { OracleCallError, systemClock } from '@oracle-calls/protocol';
import { FakeClock } from '@oracle-calls/testing/clock';
import { expect, test } from 'vitest';
import { ok, type Check } from './check.ts';
import { runChecks } from './run-checks.ts';

const check = (id: string, run: Check['run']): Check => ({ id, title: id, run });

test('results come in the order of the checks, whichever is first, and a few run at a time', async () => {
  let running = 0;
  let most = 0;
  const gates = Array.from({ length: 20 }, () => Promise.withResolvers<void>());
  const checks = gates.map(({ promise }, at) =>
    check(`c.${at}`, async () => {
      most = Math.max(most, (running += 1));
      await promise;
      running -= 1;
      return ok(String(at));
    }),
  );
  const seen: string[] = [];
  const results = runChecks(checks, { clock: systemClock, onResult: ({ id }) => void seen.push(id) });
  for (const gate of gates.toReversed()) gate.resolve();
  expect((await results).map(({ detail }) => detail)).toEqual(gates.map((_gate, at) => String(at)));
  expect(new Set(seen).size).toBe(20);
  expect(most).toBe(6);
});

test('a check that takes too long is failed, told to stop, and holds nobody up', async () => {
  const clock = new FakeClock();
  let signal: AbortSignal | undefined;
  const slow = check('c.slow', (given) => {
    signal = given;
    return new Promise(() => undefined);
  });
  const results = runChecks([slow, check('c.other', async () => ok('done'))], { clock, checkMaxMs: 5_000 });
  await clock.advance(5_000);
  expect(await results).toMatchObject([{ status: 'failed', detail: 'No answer within 5 s.' }, { status: 'ok' }]);
  expect(signal?.aborted).toBe(true);
});

test('a check that throws is failed with the code of our own errors', async () => {
  const results = await runChecks(
    [
      check('c.ours', () => Promise.reject(new OracleCallError('ERR_DID_DOCUMENT'))),
      check('c.bug', () => Promise.reject(new TypeError('undefined is not'))),
    ],
    { clock: systemClock },
  );
  expect(results.map(({ status }) => status)).toEqual(['failed', 'failed']);
  expect(results[0]?.detail).toContain('(ERR_DID_DOCUMENT)');
  expect(results[1]?.detail).toContain('The check itself went wrong: undefined is not');
});
