import { AudioFrame, LocalAudioTrack } from '@livekit/rtc-node';
import { createCallKey, createSfuRoomName, deriveMediaKey } from '@oracle-calls/protocol';
import type { SecretBytes } from '@oracle-calls/protocol';
import { openEnvelope, publicKeyOf, sealEnvelope } from '@oracle-calls/protocol/envelope';
import { TrackSpeaker } from './sfu/track-speaker.ts';

/**
 * Does once, before a call, what a call's set-up will do: opens an envelope, and makes a track. The first time costs
 * about 200 ms (curve tables, the media library's start), and no caller should wait for that. Also proves that the key works.
 *
 * @throws {OracleCallError} `ERR_ENVELOPE_UNSUPPORTED` when the private key is none
 */
export async function rehearse(oracleKey: SecretBytes): Promise<void> {
  using callKey = createCallKey();
  const envelopeHex = sealEnvelope({ callKey, recipientPublicKey: publicKeyOf(oracleKey) });
  using opened = openEnvelope({ envelopeHex, privateKey: oracleKey });
  deriveMediaKey(opened, createSfuRoomName(), 'oracle-to-user').destroy();

  const speaker = new TrackSpeaker();
  const track = LocalAudioTrack.createAudioTrack('rehearsal', speaker.source);
  await speaker.play(new AudioFrame(new Int16Array(0), speaker.sampleRate, 1, 0));
  await track.close();
  await speaker.close();

  // Loads Node's HTTP client.
  await (await fetch('data:,')).text();
}
