import { FrameCryptor } from '@livekit/rtc-ffi-bindings';
import { FakeClock } from '@oracle-calls/testing/clock';
import { expect, test } from 'vitest';
import { OwnGates } from './own-gates.ts';
import { VoiceGate } from './voice-gate.ts';

/** An own track with its cryptor, and whether anything of it may leave. */
function ownTrack(clock: FakeClock, trackSid: string) {
  const cryptor = new FrameCryptor({ participantIdentity: 'agent', trackSid, enabled: true, keyIndex: 0 });
  const did: string[] = [];
  const gate = new VoiceGate(
    {
      trackSid,
      identity: 'agent',
      cryptors: () => [cryptor],
      useSlot: (slot) => void (cryptor.keyIndex = slot),
      setGate: (state) => void (did.at(-1) !== state && did.push(state)),
    },
    clock,
  );
  return { gate, did, cryptor };
}

test('all that is sent goes by one slot, what is added later too', async () => {
  const clock = new FakeClock();
  const [voice, picture] = [ownTrack(clock, 'TR_voice'), ownTrack(clock, 'TR_picture')];
  const gates = new OwnGates(voice.gate);
  await gates.open(5);
  expect(picture.did).toEqual([]);
  await gates.add(picture.gate);
  expect([voice.did, picture.did]).toEqual([['open'], ['open']]);
  await gates.open(6);
  expect([gates.slot, voice.cryptor.keyIndex, picture.cryptor.keyIndex]).toEqual([6, 6, 6]);
});

test('what is added before there is a key waits for it', async () => {
  const clock = new FakeClock();
  const [voice, picture] = [ownTrack(clock, 'TR_voice'), ownTrack(clock, 'TR_picture')];
  const gates = new OwnGates(voice.gate);
  await gates.add(picture.gate);
  expect(picture.did).toEqual([]);
  await gates.open(5);
  expect(picture.did).toEqual(['open']);
});

test('an interruption shuts all, and a reconnect looks at each again', async () => {
  const clock = new FakeClock();
  const [voice, picture] = [ownTrack(clock, 'TR_voice'), ownTrack(clock, 'TR_picture')];
  const gates = new OwnGates(voice.gate);
  await gates.add(picture.gate);
  await gates.open(5);
  gates.onInterrupted();
  expect([voice.did, picture.did]).toEqual([
    ['open', 'shut'],
    ['open', 'shut'],
  ]);
  picture.cryptor.enabled = false;
  const back = expect(gates.onReconnected()).rejects.toMatchObject({ code: 'ERR_MEDIA_UNENCRYPTED' });
  await clock.advance(10_000);
  await back;
  expect([voice.did.at(-1), picture.did.at(-1)]).toEqual(['open', 'shut']);
});
