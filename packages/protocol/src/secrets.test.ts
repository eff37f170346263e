import { format, inspect } from 'node:util';
import { expect, test } from 'vitest';
import { BearerSecret } from './bearer-secret.ts';
import { createJsonLogger } from './log.ts';
import { SecretBytes } from './secret-bytes.ts';

const CANARY = 'canary-8b1f44';
const bytes = new TextEncoder().encode(CANARY);
const hex = Buffer.from(bytes).toString('hex');
const base64 = Buffer.from(bytes).toString('base64').slice(0, 12);

const secrets = [
  ['SecretBytes', new SecretBytes(bytes, 'call key'), '[SecretBytes call key]'],
  ['BearerSecret', new BearerSecret(CANARY, 'join token'), '[BearerSecret join token]'],
] as const;

/** Every way in which a value gets into a text by accident. */
const sinks: readonly (readonly [string, (value: object) => string])[] = [
  // oxlint-disable-next-line typescript/restrict-template-expressions, typescript/no-base-to-string -- the accident itself is tested
  ['a template', (value) => `${value}`],
  // oxlint-disable-next-line typescript/no-base-to-string -- the accident itself is tested
  ['String()', (value) => String(value)],
  // oxlint-disable-next-line typescript/no-base-to-string -- the accident itself is tested
  ['concatenation', (value) => '' + value],
  ['JSON', (value) => JSON.stringify({ value })],
  ['util.inspect', (value) => inspect({ value }, { depth: 10, showHidden: true, getters: true })],
  ['console.log', (value) => format('%s %o %j', value, value, value)],
  ['an error with cause', (value) => inspect(new Error('failed', { cause: value }), { depth: 10 })],
  ['its own keys', (value) => JSON.stringify(Object.entries(value)) + Reflect.ownKeys(value).join()],
  ['a spread', (value) => JSON.stringify({ ...value })],
  [
    'a log line',
    (value) => {
      const lines: string[] = [];
      // What a careless caller would do: the field's type forbids it.
      createJsonLogger((line) => lines.push(line), { now: () => 0 }).info('x', { value: value as never });
      return lines.join('');
    },
  ],
];

for (const [kind, secret, label] of secrets) {
  test.each(sinks)(`${kind} does not print in %s`, (_name, print) => {
    const text = print(secret);
    expect(text).not.toContain(CANARY);
    expect(text).not.toContain(hex);
    expect(text).not.toContain(base64);
    expect(text).not.toContain(bytes.join(','));
  });

  test(`${kind} prints its label`, () => {
    expect(secret.toString()).toBe(label);
    expect(inspect(secret)).toBe(label);
  });
}

test('the sinks do print what is not protected', () => {
  const open = { text: CANARY, toString: () => CANARY };
  for (const [name, print] of sinks) expect(print(open), name).toMatch(/canary-8b1f44|text/);
});

test('a secret is a copy, shows its length, and is gone once destroyed', () => {
  const source = Uint8Array.of(1, 2, 3);
  const secret = new SecretBytes(source, 'test');
  source.fill(0);
  const exposed = secret.expose();
  expect(exposed).toEqual(Uint8Array.of(1, 2, 3));
  expect(secret).toHaveLength(3);
  secret.destroy();
  secret.destroy();
  expect(exposed).toEqual(new Uint8Array(3));
  expect(() => secret.expose()).toThrow(expect.objectContaining({ code: 'ERR_INTERNAL' }));
});

test('a disposed secret is destroyed', () => {
  let kept: SecretBytes;
  {
    using secret = SecretBytes.random(8, 'test');
    kept = secret;
  }
  expect(() => kept.expose()).toThrow(expect.objectContaining({ code: 'ERR_INTERNAL' }));
});

test('random secrets differ', () => {
  expect(SecretBytes.random(32, 'a').expose()).not.toEqual(SecretBytes.random(32, 'b').expose());
});

test('an empty bearer secret is refused', () => {
  expect(() => new BearerSecret('', 'join token')).toThrow(expect.objectContaining({ code: 'ERR_PROTOCOL_MALFORMED' }));
});

test('a bearer secret gives its text to whoever asks for it by name', () => {
  expect(new BearerSecret(CANARY, 'join token').expose()).toBe(CANARY);
});
