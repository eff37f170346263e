import { defineConfig } from 'vitest/config';

/**
 * Fast tests run beside their source; `system` and `browser` need the real servers and run one file at a time.
 *
 * Each test has a second attempt, because on a busy machine one may lose a race that says nothing, and `npm test` names at its
 * end whatever needed it: that is a bug to look at. Refusals of attacks have none (`tests/attacks/describe-attacks.ts`).
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{packages,apps,dev,scripts,benchmarks,tests,deploy}/**/*.test.{ts,tsx}'],
          exclude: ['**/node_modules/**', '**/*.{system,browser}.test.ts'],
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
          teardownTimeout: 30_000,
          retry: 1,
        },
      },
    ],
  },
});
