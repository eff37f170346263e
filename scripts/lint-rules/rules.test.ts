import { fileURLToPath } from 'node:url';
import { RuleTester } from 'oxlint/plugins-dev';
import { describe, it } from 'vitest';
import { bareTimer } from './bare-timer.ts';
import { doubleAssertion } from './double-assertion.ts';
import { listenerWithoutDisposer } from './listener-without-disposer.ts';
import type { LintRule } from './rule.ts';
import { sdkOutsideAdapter } from './sdk-outside-adapter.ts';
import { secretInText } from './secret-in-text.ts';

RuleTester.describe = describe;
RuleTester.it = it;
const tester = new RuleTester({ languageOptions: { parserOptions: { lang: 'ts' } } });

interface Samples {
  readonly good: readonly (string | RuleTester.ValidTestCase)[];
  /** Each has exactly one finding. */
  readonly bad: readonly (string | Omit<RuleTester.InvalidTestCase, 'errors'>)[];
}

function run(name: string, rule: LintRule, { good, bad }: Samples): void {
  tester.run(name, rule, {
    valid: [...good],
    invalid: bad.map((sample) => ({ ...(typeof sample === 'string' ? { code: sample } : sample), errors: 1 })),
  });
}

run('bare-timer', bareTimer, {
  good: [
    'clock.after(5, next);',
    'await clock.sleep(5, { signal });',
    'const now = clock.now();',
    'new Date(text); Date.parse(text);',
    'setTimeouts(5); timers.setTimeout(f, 5);',
    'clearTimeout(timer);',
    { code: 'AbortSignal.timeout(5);', options: [{ allowAbortTimeout: true }] },
  ],
  bad: [
    'setTimeout(next, 5);',
    'setInterval(next, 5);',
    'setImmediate(next);',
    'window.setTimeout(next, 5);',
    "globalThis['setTimeout'](next, 5);",
    'Date.now();',
    'new Date();',
    'AbortSignal.timeout(5);',
    { code: 'setTimeout(next, 5);', options: [{ allowAbortTimeout: true }] },
    "import { setTimeout as sleep } from 'node:timers/promises';",
  ],
});

run('listener-without-disposer', listenerWithoutDisposer, {
  good: [
    "signal.addEventListener('abort', stop, { once: true });",
    "target.addEventListener('x', f, { signal });",
    "target.addEventListener('x', f); target.removeEventListener('x', f);",
    "class A { #client; a() { this.#client.on('Room', f); } b() { this.#client.off('Room', f); } }",
    "process.on('SIGTERM', stop); process.removeListener('SIGTERM', stop);",
    "process.on('SIGTERM', stop); process.removeAllListeners();",
    "process.once('SIGTERM', stop);",
    "child.on('exit', done);",
    "app.on('GET', '/', handle);",
  ],
  bad: [
    "target.addEventListener('x', f);",
    "target.addEventListener('x', f, { passive: true });",
    "target.addEventListener('x', f); target.removeEventListener('y', f);",
    "target.addEventListener('x', f); target.removeEventListener('x', g);",
    "target.addEventListener('x', () => f()); other.off('x', f);",
    "process.on('SIGTERM', stop);",
    "client.on('Room', f); client.off('Room', g);",
    "class A { #client; a() { this.#client.on('Room', f); } }",
    "matrixClient.addListener('Room', f);",
  ],
});

run('secret-in-text', secretInText, {
  good: [
    'const headers = { authorization: `Bearer ${token.expose()}` };',
    'hkdf(key.expose(), salt);',
    'const text = `${token}`;',
    'send(token.expose());',
    'const sum = a.length + b.length;',
    'console.log(token);',
  ],
  bad: [
    'const url = `https://a.example/?token=${token.expose()}`;',
    'const text = `Bearer ${token.expose()}!`;',
    'const text = `${toHex(key.expose())}`;',
    'const text = `${key.expose().slice(0, 4)}`;',
    'class A { #token; a() { return this.#token.expose() + suffix; } }',
    "const text = 'key ' + token.expose();",
    'console.log(token.expose());',
    'throw new OracleCallError(code, token.expose());',
  ],
});

run('double-assertion', doubleAssertion, {
  good: ['const a = b as Did;', 'const a = [1] as const;', 'const a = b as unknown;'],
  bad: ['const a = b as unknown as Did;', 'const a = b as any as Did;'],
});

const file = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const filename = file('packages/backend/src/calls/call.ts');
run('sdk-outside-adapter', sdkOutsideAdapter, {
  good: [
    { code: "import { Room } from 'livekit-client';", filename: file('packages/sdk/src/media/livekit-sfu.ts') },
    { code: "import { Room } from 'livekit-client';", filename: file('apps/web/src/main.ts') },
    { code: "import { createClient } from 'matrix-js-sdk';", filename: file('packages/matrix/src/node/account.ts') },
    { code: "import * as v from 'valibot';", filename },
    { code: "import { f } from './hono.ts';", filename },
  ],
  bad: [
    { code: "import { Room } from 'livekit-client';", filename: file('packages/sdk/src/call/call-driver.ts') },
    { code: "import type { Room } from 'livekit-client';", filename: file('packages/sdk/src/mediator/x.ts') },
    { code: "import { createClient } from 'matrix-js-sdk/lib/client.js';", filename },
    { code: "export * from '@livekit/rtc-node';", filename },
    { code: "export { Hono } from 'hono';", filename },
    { code: "const agents = await import('@livekit/agents');", filename },
  ],
});
