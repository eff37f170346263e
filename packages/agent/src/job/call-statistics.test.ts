import { describe, expect, it } from 'vitest';
import { CallStatistics, UNOPENED_PACKETS_MAX } from './call-statistics.ts';
import type { TrackEvidence } from '@oracle-calls/node-media/seat';

const sent: TrackEvidence = {
  trackSid: 'TR_1',
  direction: 'sent',
  kind: 'audio',
  isMarkedEncrypted: true,
  hasCryptor: true,
  isKeySet: true,
  isResting: false,
  isRoomEncrypted: true,
  packets: 10,
  openedSamples: 0,
};
const received: TrackEvidence = { ...sent, trackSid: 'TR_2', direction: 'received', packets: 7, openedSamples: 6_720 };

/** A call whose handshake was confirmed. */
const STRICT = { protocol: 'strict', wasConfirmed: true } as const;

const after = (...samples: (readonly TrackEvidence[])[]): CallStatistics => {
  const statistics = new CallStatistics();
  for (const sample of samples) statistics.add(sample);
  return statistics;
};

describe("a call's statistics", () => {
  it('say encrypted when both directions flowed and everything says so', () => {
    const { trackSid: _sent, isResting: _sentNow, ...sentFields } = sent;
    const { trackSid: _received, isResting: _receivedNow, ...receivedFields } = received;
    expect(after([sent, received]).toFields(STRICT)).toEqual({
      encrypted: true,
      protocol: 'strict',
      tracks: [
        { ...sentFields, encrypted: true },
        { ...receivedFields, encrypted: true },
      ],
    });
  });

  it.each(['isMarkedEncrypted', 'hasCryptor', 'isKeySet', 'isRoomEncrypted'] as const)(
    'do not say so without %s, on either side',
    (claim) => {
      expect(after([{ ...sent, [claim]: false }, received]).isEncrypted).toBe(false);
      expect(after([sent, { ...received, [claim]: false }]).isEncrypted).toBe(false);
    },
  );

  it.each([
    ['nothing', []],
    ['only what was sent', [sent]],
    ['only what was received', [received]],
    ['a direction without packets', [sent, { ...received, packets: 0 }]],
  ])('do not say so of %s', (_what, sample) => {
    expect(after(sample).isEncrypted).toBe(false);
  });

  it.each([
    ['without a confirmed handshake', { protocol: 'strict', wasConfirmed: false }],
    ['of the older protocol', { protocol: 'older', wasConfirmed: false }],
  ] as const)('do not say so %s, whatever the tracks say', (_what, link) => {
    expect(after([sent, received]).toFields(link)).toMatchObject({ encrypted: false, protocol: link.protocol });
  });

  it('do not say so once packets came that did not open', () => {
    const statistics = after([sent, received]);
    statistics.addUnopened();
    expect(statistics.isEncrypted).toBe(false);
  });

  it('do not say so of a received track of which nothing was opened, however little came', () => {
    expect(after([sent, { ...received, openedSamples: 0 }]).isEncrypted).toBe(false);
  });

  it('do not say so when a second of packets came in a row of which nothing was opened, in however many samples', () => {
    const steps = [1, 2].map((step) => ({ ...received, packets: 7 + (step * UNOPENED_PACKETS_MAX) / 2 }));
    expect(after([sent, received], ...steps.map((step) => [sent, step])).isEncrypted).toBe(false);
    expect(after([sent, received], [sent, steps[0] ?? received]).isEncrypted).toBe(true);
  });

  it('take a packet or two for no plaintext while a new key is on its way', () => {
    const late = { ...received, packets: UNOPENED_PACKETS_MAX };
    const heard = { ...late, packets: 2 * UNOPENED_PACKETS_MAX, openedSamples: 90_000 };
    expect(after([sent, received], [sent, late], [sent, heard]).isEncrypted).toBe(true);
  });

  it('begin anew when a reconnect has set the counts back', () => {
    const long = { ...received, packets: 900, openedSamples: 800_000 };
    expect(after([sent, long], [sent, { ...received, packets: 60, openedSamples: 50_000 }]).isEncrypted).toBe(true);
    expect(after([sent, long], [sent, { ...received, packets: 60, openedSamples: 0 }]).isEncrypted).toBe(false);
  });

  it('remember a track that is gone, and its greatest count', () => {
    const statistics = after([sent, received], [{ ...sent, packets: 30 }]);
    expect(statistics.isEncrypted).toBe(true);
    expect(statistics.toFields(STRICT)['tracks']).toEqual([
      expect.objectContaining({ direction: 'sent', packets: 30 }),
      expect.objectContaining({ direction: 'received', packets: 7 }),
    ]);
  });

  it('do not forget that a track was open for a while', () => {
    expect(after([sent, received], [{ ...sent, hasCryptor: false }], [sent, received]).isEncrypted).toBe(false);
  });

  it('do not mind what was not in place before anything flowed', () => {
    const early = { ...received, packets: 0, hasCryptor: false };
    expect(after([early], [sent, received]).isEncrypted).toBe(true);
  });

  it('do not mind a cryptor that came before a received track after some packets, of which nothing is heard', () => {
    const early = { ...received, hasCryptor: false };
    const soon = { ...received, packets: received.packets + UNOPENED_PACKETS_MAX - 1, openedSamples: 48_000 };
    const late = { ...soon, packets: received.packets + UNOPENED_PACKETS_MAX };
    expect(after([sent, early], [sent, soon]).isEncrypted).toBe(true);
    expect(after([sent, early], [sent, late]).isEncrypted).toBe(false);
    // Once it was there it may not go, and what is sent never waits for it.
    expect(after([sent, early], [sent, soon], [sent, { ...soon, hasCryptor: false }]).isEncrypted).toBe(false);
    expect(after([{ ...sent, hasCryptor: false }, received], [sent, received]).isEncrypted).toBe(false);
  });

  it('begin anew with a picture that is subscribed for one look, however much came before its cryptor', () => {
    const picture: TrackEvidence = { ...received, trackSid: 'TR_3', kind: 'video' };
    const early = { ...picture, hasCryptor: false };
    const seen = { ...picture, packets: 900, openedSamples: 12 };
    expect(after([sent, received, early], [sent, received, seen]).isEncrypted).toBe(true);
    expect(after([sent, received, early]).isEncrypted).toBe(false);
  });

  it('count no packets as unopened while there is no key to open them, between two handshakes', () => {
    const resting = { ...received, packets: 10 * UNOPENED_PACKETS_MAX, isResting: true };
    const again = { ...resting, packets: resting.packets + 10, openedSamples: 90_000, isResting: false };
    expect(after([sent, received], [{ ...sent, isResting: true }, resting], [sent, again]).isEncrypted).toBe(true);
    const keyed = { ...resting, isResting: false };
    expect(after([sent, received], [sent, keyed], [sent, again]).isEncrypted).toBe(false);
    const open = { ...resting, hasCryptor: false };
    expect(after([sent, received], [sent, open], [sent, again]).isEncrypted).toBe(false);
  });

  it('count a second track of the user, after it came back', () => {
    const open = { ...received, trackSid: 'TR_3', isMarkedEncrypted: false };
    expect(after([sent, received], [sent, open]).isEncrypted).toBe(false);
  });
});
