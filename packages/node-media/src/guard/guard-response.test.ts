import {
  DisconnectReason,
  Encryption_Type,
  JoinResponse,
  LeaveRequest,
  ParticipantInfo,
  ParticipantUpdate,
  RoomMovedResponse,
  SignalResponse,
  TrackInfo,
  TrackPublishedResponse,
} from '@livekit/protocol';
import { describe, expect, it } from 'vitest';
import { guardResponse } from './guard-response.ts';
import { OwnIdentity } from './own-identity.ts';

type Said = SignalResponse['message'];
const { NONE, GCM, CUSTOM } = Encryption_Type;
const said = (message: Said): Uint8Array => new SignalResponse({ message }).toBinary();
const guarded = (message: Said, own = new OwnIdentity('agent')): Said => {
  const bytes = guardResponse(said(message), own);
  return bytes === undefined ? { case: undefined } : SignalResponse.fromBinary(bytes).message;
};
const us = (identity = 'agent', sid = 'PA_us'): ParticipantInfo => new ParticipantInfo({ identity, sid });
const joined = (parts: Partial<JoinResponse> = {}): Said => ({
  case: 'join',
  value: new JoinResponse({ participant: us(), ...parts }),
});

describe('what the server says about encryption', () => {
  it.each([NONE, CUSTOM, 77])('a track that it publishes as %s is GCM', (encryption) => {
    const value = new TrackPublishedResponse({ cid: 'c', track: new TrackInfo({ sid: 'TR_1', encryption }) });
    const message = guarded({ case: 'trackPublished', value });
    expect(message.case === 'trackPublished' && message.value.track?.encryption).toBe(GCM);
    expect(message.case === 'trackPublished' && message.value.track?.sid).toBe('TR_1');
  });

  it('other participants have GCM tracks in every message that describes them', () => {
    const user = new ParticipantInfo({
      identity: 'user',
      sid: 'PA_user',
      tracks: [new TrackInfo({ encryption: NONE })],
    });
    const messages: Said[] = [
      joined({ otherParticipants: [user.clone()] }),
      { case: 'update', value: new ParticipantUpdate({ participants: [user.clone()] }) },
      { case: 'roomMoved', value: new RoomMovedResponse({ participant: us(), otherParticipants: [user.clone()] }) },
    ];
    for (const message of messages) {
      const value = JSON.stringify(guarded(message).value);
      expect(value).toContain('"encryption":"GCM"');
      expect(value).not.toContain('"NONE"');
    }
  });

  it('there is no trailer that spares frames from decryption', () => {
    const message = guarded(joined({ sifTrailer: new TextEncoder().encode('trailer!') }));
    expect(message.case === 'join' && message.value.sifTrailer).toEqual(new Uint8Array());
  });
});

describe('who the server says we are', () => {
  const renames: readonly (readonly [string, Said])[] = [
    ['joining', joined({ participant: us('somebody') })],
    ['joining without a name', { case: 'join', value: new JoinResponse() }],
    ['moving', { case: 'roomMoved', value: new RoomMovedResponse({ participant: us('somebody') }) }],
  ];
  it.each(renames)('another identity on %s is refused', (_when, message) => {
    expect(() => guarded(message)).toThrow(expect.objectContaining({ code: 'ERR_MEDIA_IDENTITY' }));
  });

  it('another identity in news of ourselves is refused, now and after joining again', () => {
    const own = new OwnIdentity('agent');
    guarded(joined(), own);
    guarded(joined({ participant: us('agent', 'PA_again') }), own);
    for (const sid of ['PA_us', 'PA_again']) {
      const value = new ParticipantUpdate({ participants: [us('user', 'PA_user'), us('somebody', sid)] });
      expect(() => guarded({ case: 'update', value }, own)).toThrow(
        expect.objectContaining({ code: 'ERR_MEDIA_IDENTITY' }),
      );
    }
  });

  it('another identity is refused under an id that came with our own name, in one message or two', () => {
    const twoSteps = [us('agent', 'PA_other'), us('somebody', 'PA_other')];
    const update = (participants: ParticipantInfo[]): Said => ({
      case: 'update',
      value: new ParticipantUpdate({ participants }),
    });
    const refused = expect.objectContaining({ code: 'ERR_MEDIA_IDENTITY' });
    const atOnce = new OwnIdentity('agent');
    guarded(joined(), atOnce);
    expect(() => guarded(update(twoSteps), atOnce)).toThrow(refused);
    const apart = new OwnIdentity('agent');
    guarded(joined(), apart);
    guarded(update(twoSteps.slice(0, 1)), apart);
    expect(() => guarded(update(twoSteps.slice(1)), apart)).toThrow(refused);
  });

  it('our own identity, and news of others, pass', () => {
    const own = new OwnIdentity('agent');
    guarded(joined(), own);
    const value = new ParticipantUpdate({ participants: [us(), us('user', 'PA_user')] });
    expect(guarded({ case: 'update', value }, own).case).toBe('update');
  });
});

describe('messages', () => {
  it('that do not decode are refused', () => {
    const bytes = said(joined()).subarray(0, -3);
    expect(() => guardResponse(bytes, new OwnIdentity('agent'))).toThrow(
      expect.objectContaining({ code: 'ERR_MEDIA_SIGNALLING' }),
    );
  });

  it('of an unknown kind are not passed on', () => {
    // Field 200, length-delimited, 2 bytes: nothing in this version of the schema.
    expect(guardResponse(Uint8Array.of(0xc2, 0x0c, 2, 1, 1), new OwnIdentity('agent'))).toBeUndefined();
  });

  it('lose the fields that are not known here', () => {
    const unknown = Uint8Array.of(0xc2, 0x0c, 2, 1, 1);
    const bytes = guardResponse(
      Uint8Array.from([...said({ case: 'refreshToken', value: 't' }), ...unknown]),
      new OwnIdentity('a'),
    );
    expect(bytes).toEqual(said({ case: 'refreshToken', value: 't' }));
  });

  it('name no other server to go to', () => {
    const url = 'wss://elsewhere.example';
    const join = guarded(joined({ alternativeUrl: url }));
    expect(join.case === 'join' && join.value.alternativeUrl).toBe('');
    const value = new LeaveRequest({
      canReconnect: true,
      reason: DisconnectReason.MIGRATION,
      regions: { regions: [{ region: 'x', url, distance: 1n }] },
    });
    const leave = guarded({ case: 'leave', value });
    expect(leave.case === 'leave' && leave.value.regions).toBeUndefined();
    expect(leave.case === 'leave' && leave.value.reason).toBe(DisconnectReason.MIGRATION);
  });
});
