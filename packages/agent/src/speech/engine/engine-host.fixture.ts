import { systemClock } from '@oracle-calls/protocol';
import { serveEngine } from './serve-engine.ts';

/** An engine for tests: doubles numbers, and does what it is told by special ones. */
await serveEngine<number, number, { name: string }>((data) => {
  if (data === 'cannot load') throw new Error('no such model');
  return Promise.resolve({
    facts: { name: 'doubler' },
    async run(input, isCancelled) {
      if (input === 13) throw new Error('unlucky');
      if (input === 99) process.exit(3);
      if (input < 0) {
        // Runs until it is cancelled; then says so with its output.
        while (!isCancelled()) await systemClock.sleep(1);
      }
      return input * 2;
    },
  });
});
