import { expect, test } from 'vitest';
import { securityHeaders } from './security-headers.ts';

const PUBLIC = { homeserverUrl: 'https://matrix.example.org' };
const LOCAL = { homeserverUrl: 'http://127.0.0.1:8008' };

/** The directives of a policy. */
function policyOf(config: { readonly homeserverUrl: string }): Map<string, string[]> {
  const text = securityHeaders(config)['content-security-policy'] ?? '';
  const directives = text.split('; ').map((directive) => directive.split(' '));
  return new Map(directives.map(([name = '', ...sources]) => [name, sources]));
}

test('scripts, workers and styles come from the page alone, and nothing stands in its text', () => {
  const policy = policyOf(PUBLIC);
  expect(policy.get('default-src')).toEqual(["'none'"]);
  expect(policy.get('script-src')).toEqual(["'self'", "'wasm-unsafe-eval'"]);
  for (const name of ['style-src', 'worker-src', 'manifest-src']) expect(policy.get(name)).toEqual(["'self'"]);
  for (const name of ['frame-ancestors', 'base-uri', 'form-action']) expect(policy.get(name)).toEqual(["'none'"]);
  expect(policy.get('require-trusted-types-for')).toEqual(["'script'"]);
  expect([...policy.values()].flat()).not.toContain("'unsafe-inline'");
});

test('connections are encrypted; to this machine they need not be on a development stack alone', () => {
  expect(policyOf(PUBLIC).get('connect-src')).toEqual(["'self'", 'https:', 'wss:']);
  const local = policyOf(LOCAL).get('connect-src') ?? [];
  expect(local).toContain('ws://127.0.0.1:*');
  for (const source of local.filter((one) => /^(http|ws):/.test(one))) {
    expect(source).toMatch(/^(http|ws):\/\/(127\.0\.0\.1|localhost):\*$/);
  }
});

test('the page may use what a call needs and keeps it from everybody else', () => {
  const policy = securityHeaders(PUBLIC)['permissions-policy'] ?? '';
  for (const feature of ['microphone', 'camera', 'display-capture', 'speaker-selection', 'screen-wake-lock']) {
    expect(policy).toContain(`${feature}=(self)`);
  }
  expect(policy).toContain('geolocation=()');
});
