import { BearerSecret } from '@oracle-calls/protocol';
import { describe, expect, it } from 'vitest';
import { SeenRequests, SIGNATURE_WINDOW_MS, signRequest, verifyRequest } from './signature.ts';

const NOW = 1_614_265_330_000;
const secretOf = (text: string): BearerSecret => new BearerSecret(text, 'webhook secret');
const secret = secretOf('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw');
const body = '{"test": 2432232314}';
const refusedWith = (code: string): unknown => expect.objectContaining({ code });

const verify = (change: Partial<Parameters<typeof verifyRequest>[0]> = {}): void =>
  verifyRequest({
    headers: { ...signRequest(secret, 'msg_1', NOW, body) },
    body,
    secret,
    now: NOW,
    seen: new SeenRequests(),
    ...change,
  });

describe('the signature of a request', () => {
  it('is the example of the Standard Webhooks libraries', () => {
    expect(signRequest(secret, 'msg_p5jXN8AQM9LWM0D4loKWxJek', NOW, body)).toEqual({
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });

  it('lets through what the agent sent', () => {
    expect(() => verify()).not.toThrow();
    // While a secret is replaced there are two.
    const headers = { ...signRequest(secret, 'msg_1', NOW, body) };
    headers['webhook-signature'] = `v1,${'A'.repeat(43)}= ${headers['webhook-signature']}`;
    expect(() => verify({ headers })).not.toThrow();
  });

  it.each([
    ['another body', { body: `${body} ` }],
    ['another secret', { secret: secretOf(`whsec_${'B'.repeat(32)}`) }],
    ['another id', { headers: { ...signRequest(secret, 'msg_1', NOW, body), 'webhook-id': 'msg_2' } }],
    ['another time', { headers: { ...signRequest(secret, 'msg_1', NOW, body), 'webhook-timestamp': '1614265331' } }],
    ['another version', { headers: { ...signRequest(secret, 'msg_1', NOW, body), 'webhook-signature': 'v2,AAAA' } }],
  ])('refuses %s', (_what, change) => {
    expect(() => verify(change)).toThrow(refusedWith('ERR_AUTH_INVALID'));
  });

  it('refuses a request without one', () => {
    expect(() => verify({ headers: {} })).toThrow(refusedWith('ERR_AUTH_MISSING'));
  });

  it.each([SIGNATURE_WINDOW_MS + 1_000, -SIGNATURE_WINDOW_MS - 1_000])('refuses one that is %d ms off', (offMs) => {
    expect(() => verify({ now: NOW + offMs })).toThrow(refusedWith('ERR_AUTH_EXPIRED'));
  });

  it('refuses one that came before, for as long as its time would pass', () => {
    const seen = new SeenRequests();
    verify({ seen });
    expect(() => verify({ seen, now: NOW + SIGNATURE_WINDOW_MS })).toThrow(refusedWith('ERR_AUTH_INVALID'));
    // The twin: a receiver without memory takes it again.
    expect(() => verify({ seen: new SeenRequests(), now: NOW + SIGNATURE_WINDOW_MS })).not.toThrow();
  });

  it('forgets ids once their time is over', () => {
    const seen = new SeenRequests();
    expect([seen.add('a', 0), seen.add('a', 2 * SIGNATURE_WINDOW_MS - 1)]).toEqual([true, false]);
    expect(seen.add('a', 2 * SIGNATURE_WINDOW_MS)).toBe(true);
  });
});
