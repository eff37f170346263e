import { FrameCryptor } from '@livekit/rtc-ffi-bindings';
import { FakeClock } from '@oracle-calls/testing/clock';
import { describe, expect, it } from 'vitest';
import { GUARDED_MAX_MS, isVoiceGuarded, VoiceGate } from './voice-gate.ts';
import type { VoiceTrack } from './voice-gate.ts';

/** A voice whose cryptors the test makes, and what the gate does to it. */
class ScriptedVoice implements VoiceTrack {
  trackSid: string | undefined = 'TR_1';
  readonly identity = 'agent';
  readonly did: string[] = [];
  present: FrameCryptor[] = [];

  cryptors(): readonly FrameCryptor[] {
    return this.present;
  }

  useSlot(slot: number): void {
    // As the binding does.
    if (this.trackSid === undefined) throw new Error('a track without an id');
    for (const one of this.present) if (one.trackSid === this.trackSid) one.keyIndex = slot;
  }

  setGate(gate: 'open' | 'shut'): void {
    if (this.did.at(-1) !== gate) this.did.push(gate);
  }

  /** The library has made a cryptor for the track. */
  appear(trackSid = 'TR_1', enabled = true): void {
    this.present.push(new FrameCryptor({ participantIdentity: this.identity, trackSid, enabled, keyIndex: 0 }));
  }
}

function scene(): { readonly voice: ScriptedVoice; readonly clock: FakeClock; readonly gate: VoiceGate } {
  const voice = new ScriptedVoice();
  const clock = new FakeClock();
  return { voice, clock, gate: new VoiceGate(voice, clock) };
}

describe('the own frame cryptor', () => {
  const cryptor = { participantIdentity: 'agent', trackSid: 'TR_1', enabled: true, keyIndex: 5 };
  const seen = (parts: object): boolean =>
    isVoiceGuarded(
      { identity: 'agent', trackSid: 'TR_1', cryptors: () => [new FrameCryptor({ ...cryptor, ...parts })] },
      5,
    );

  it('counts when it is ours, switched on, and has the slot', () => {
    expect(seen({})).toBe(true);
  });

  it.each([
    { participantIdentity: 'user' },
    { trackSid: 'TR_2' },
    { enabled: false },
    { keyIndex: 4 },
    { keyIndex: undefined },
  ])('does not count as %j', (parts) => expect(seen(parts)).toBe(false));

  it('is not there for a track without an id', () => {
    const { trackSid: _trackSid, ...nameless } = cryptor;
    const cryptors = [new FrameCryptor(cryptor), new FrameCryptor(nameless)];
    expect(isVoiceGuarded({ identity: 'agent', trackSid: undefined, cryptors: () => cryptors }, 5)).toBe(false);
  });
});

describe('the gate', () => {
  it('opens once the cryptor is there with the slot', async () => {
    const { voice, clock, gate } = scene();
    const opening = gate.open(5);
    await clock.advance(200);
    expect(voice.did).toEqual(['shut']);
    voice.appear();
    await clock.advance(100);
    await opening;
    expect(voice.did).toEqual(['shut', 'open']);
    expect(gate.slot).toBe(5);
  });

  it('waits for a track that is not published yet', async () => {
    const { voice, clock, gate } = scene();
    voice.trackSid = undefined;
    const opening = gate.open(5);
    await clock.advance(100);
    voice.trackSid = 'TR_1';
    voice.appear();
    const published = gate.onRepublished();
    await clock.advance(100);
    await Promise.all([opening, published]);
    expect(voice.did.at(-1)).toBe('open');
  });

  it('does not shut while the slot is switched, when the cryptor follows at once', async () => {
    const { voice, gate } = scene();
    voice.appear();
    await gate.open(5);
    await gate.open(6);
    expect(voice.did).toEqual(['open']);
    expect(voice.present[0]?.keyIndex).toBe(6);
  });

  it('stays shut, and says so, when the cryptor does not come or is switched off', async () => {
    const { voice, clock, gate } = scene();
    voice.appear('TR_1', false);
    const opening = expect(gate.open(5)).rejects.toMatchObject({ code: 'ERR_MEDIA_UNENCRYPTED' });
    await clock.advance(GUARDED_MAX_MS + 100);
    await opening;
    expect(voice.did).toEqual(['shut']);
    expect(clock.pendingTimers).toBe(0);
  });

  it('shuts when the connection is interrupted, and looks again when it is back', async () => {
    const { voice, clock, gate } = scene();
    voice.appear();
    await gate.open(5);
    gate.onInterrupted();
    expect(voice.did).toEqual(['open', 'shut']);
    // A key that is changed meanwhile changes nothing about that.
    await gate.open(6);
    expect(voice.did).toEqual(['open', 'shut']);
    voice.trackSid = 'TR_2';
    const back = gate.onReconnected();
    await clock.advance(500);
    expect(voice.did).toEqual(['open', 'shut']);
    voice.appear('TR_2');
    await clock.advance(100);
    await back;
    expect(voice.did).toEqual(['open', 'shut', 'open']);
    expect(voice.present[1]?.keyIndex).toBe(6);
  });

  it('ends the wait for a cryptor of before the interruption', async () => {
    const { voice, clock, gate } = scene();
    const opening = gate.open(5);
    gate.onInterrupted();
    await opening;
    voice.appear();
    await clock.advance(GUARDED_MAX_MS);
    expect(voice.did).toEqual(['shut']);
  });

  it('stays shut after a reconnect when the cryptor is gone', async () => {
    const { voice, clock, gate } = scene();
    voice.appear();
    await gate.open(5);
    gate.onInterrupted();
    voice.present = [];
    const back = expect(gate.onReconnected()).rejects.toMatchObject({ code: 'ERR_MEDIA_UNENCRYPTED' });
    await clock.advance(GUARDED_MAX_MS + 100);
    await back;
    expect(voice.did).toEqual(['open', 'shut']);
  });

  it('shuts when the track is published anew, until its cryptor is there', async () => {
    const { voice, clock, gate } = scene();
    voice.appear();
    await gate.open(5);
    voice.trackSid = 'TR_2';
    const anew = gate.onRepublished();
    expect(voice.did).toEqual(['open', 'shut']);
    voice.appear('TR_2');
    await clock.advance(100);
    await anew;
    expect(voice.did.at(-1)).toBe('open');
  });

  it('without a slot, a reconnect opens nothing', async () => {
    const { voice, gate } = scene();
    voice.appear();
    gate.onInterrupted();
    await gate.onReconnected();
    expect(voice.did).toEqual(['shut']);
    await gate.open(5);
    gate.shut();
    await gate.onReconnected();
    expect(voice.did.at(-1)).toBe('shut');
    expect(gate.slot).toBeUndefined();
  });
});
