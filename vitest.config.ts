import { defineConfig } from 'vitest/config';

/** What is looked for again and again may take so long on a machine that is busy with other work; by default it is a second. */
const POLL_MAX_MS = 15_000;

/**
 * Fast tests run beside their source; `system`, `browser` and `app` need the real servers and run one file at a time.
 *
 * Each test has a second attempt, because on a busy machine one may lose a race that says nothing, and `npm test` names at its
 * end whatever needed it: that is a bug to look at. Refusals of attacks have none (`tests/attacks/describe-attacks.ts`).
 */
export default defineConfig({
  test: {
    // Not a project's to say. A worker closes a whole stack, of which each part has seconds to stop.
    teardownTimeout: 60_000,
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{packages,apps,dev,scripts,benchmarks,tests,deploy,examples}/**/*.test.{ts,tsx}'],
          exclude: ['**/node_modules/**', '**/*.{system,browser,app}.test.ts'],
          environment: 'node',
          // A fast test takes milliseconds; properties on a machine that is busy with other work take seconds.
          testTimeout: 20_000,
          retry: 1,
        },
      },
      {
        test: {
          name: 'system',
          include: ['tests/**/*.{system,browser}.test.ts'],
          environment: 'node',
          fileParallelism: false,
          // A system test starts real servers; these bounds only catch a hang.
          testTimeout: 120_000,
          hookTimeout: 300_000,
          retry: 1,
          expect: { poll: { timeout: POLL_MAX_MS } },
        },
      },
      {
        test: {
          name: 'app',
          include: ['tests/app/**/*.app.test.ts'],
          environment: 'node',
          // One process, one file after another, so that all share one stack: `tests/app/app-test.ts`.
          pool: 'forks',
          isolate: false,
          fileParallelism: false,
          // The first test waits for the stack.
          testTimeout: 180_000,
          retry: 1,
          expect: { poll: { timeout: POLL_MAX_MS } },
        },
      },
    ],
  },
});
