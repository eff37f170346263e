import { randomBytes } from 'node:crypto';
import { KeyDerivationFunction } from '@livekit/rtc-ffi-bindings';
import {
  AudioFrame,
  AudioSource,
  EncryptionType,
  LocalAudioTrack,
  Room,
  TrackPublishOptions,
  TrackSource,
} from '@livekit/rtc-node';
import { AccessToken, RoomServiceClient } from 'livekit-server-sdk';
import { setParticipantKey } from '../../tests/system/hidden-listener.ts';

export interface SfuAddress {
  readonly url: string;
  readonly apiUrl: string;
  readonly apiKey: string;
  readonly apiSecret: string;
}

export interface FloorAgent extends AsyncDisposable {
  readonly sfuRoomName: string;
  readonly identity: string;
  readonly keyHex: string;
  joinToken(): Promise<string>;
}

const SAMPLE_RATE = 48_000;
const FRAME_SAMPLES = 480;
const TONE_HZ = 440;
const TONE_AMPLITUDE = 8_000;

/** An agent that is in the room and already speaking, under a key of its own. */
export async function startFloorAgent(sfu: SfuAddress): Promise<FloorAgent> {
  const sfuRoomName = `floor-${randomBytes(8).toString('hex')}`;
  const identity = 'agent';
  const key = randomBytes(32);
  const token = async (name: string): Promise<string> => {
    const access = new AccessToken(sfu.apiKey, sfu.apiSecret, { identity: name, ttl: 600 });
    access.addGrant({ roomJoin: true, room: sfuRoomName, canPublish: true, canSubscribe: true });
    return access.toJwt();
  };
  await new RoomServiceClient(sfu.apiUrl, sfu.apiKey, sfu.apiSecret).createRoom({ name: sfuRoomName });
  const room = new Room();
  await room.connect(sfu.url, await token(identity), {
    autoSubscribe: false,
    dynacast: false,
    encryption: {
      encryptionType: EncryptionType.GCM,
      keyProviderOptions: {
        ratchetSalt: new TextEncoder().encode('LKFrameEncryptionKey'),
        ratchetWindowSize: 0,
        failureTolerance: -1,
        keyRingSize: 16,
        keyDerivationFunction: KeyDerivationFunction.HKDF,
      },
    },
  });
  setParticipantKey(room, identity, new Uint8Array(key));
  const source = new AudioSource(SAMPLE_RATE, 1);
  const options = new TrackPublishOptions();
  options.source = TrackSource.SOURCE_MICROPHONE;
  const track = LocalAudioTrack.createAudioTrack('voice', source);
  if (room.localParticipant === undefined) throw new Error('The floor agent is not connected.');
  await room.localParticipant.publishTrack(track, options);

  let isSpeaking = true;
  let phase = 0;
  const speaking = (async () => {
    while (isSpeaking) {
      const samples = new Int16Array(FRAME_SAMPLES);
      for (let at = 0; at < samples.length; at++) {
        samples[at] = TONE_AMPLITUDE * Math.sin(phase);
        phase += (2 * Math.PI * TONE_HZ) / SAMPLE_RATE;
      }
      await source.captureFrame(new AudioFrame(samples, SAMPLE_RATE, 1, FRAME_SAMPLES));
    }
  })();
  return {
    sfuRoomName,
    identity,
    keyHex: key.toString('hex'),
    joinToken: () => token(`user-${randomBytes(4).toString('hex')}`),
    async [Symbol.asyncDispose]() {
      isSpeaking = false;
      await speaking;
      await room.disconnect();
    },
  };
}
