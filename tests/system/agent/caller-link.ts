import { DataPacketKind, RoomEvent } from '@livekit/rtc-node';
import type { Room } from '@livekit/rtc-node';
import { systemClock } from '@oracle-calls/protocol';
import { createPayloadId } from '@oracle-calls/protocol/data-frame';
import type { CaptionPayload, DataPayload } from '@oracle-calls/protocol/data-frame';
import { FRAME_TOPIC } from '@oracle-calls/protocol/handshake';
import { UserLink } from '@oracle-calls/protocol/secure-link';
import type { ConfirmedAttempt, FrameKeys } from '@oracle-calls/protocol/secure-link';
import { CallerFrameKeys } from './caller-keys.ts';
import type { CallerKeys } from './sealed-call.ts';
import { until } from './until.ts';

/** The secure link of a test caller, and what it was told. */
export class CallerLink implements Disposable {
  readonly link: UserLink;
  readonly frameKeys: FrameKeys;
  /** What happened, in order: `confirmed 1`, `superseded`, `peer-ready`, `rekeyed 2`, `refused CODE`, `failed CODE`. */
  readonly events: string[] = [];
  readonly attempts: ConfirmedAttempt[] = [];
  readonly payloads: DataPayload[] = [];
  /** Frames as they came, for whoever wants to play them again. */
  readonly frames: Uint8Array[] = [];

  constructor(
    room: Room,
    identity: string,
    { callId, secrets }: Extract<CallerKeys, { protocol: 'strict' }>,
    frameKeys: FrameKeys = new CallerFrameKeys(room, identity),
  ) {
    this.frameKeys = frameKeys;
    const { callKey, comparisonNonce, callSigner, oracleVerifier, envelope } = secrets;
    this.link = new UserLink({
      clock: systemClock,
      frameKeys,
      send: async (frame, participantIdentity) => {
        await room.localParticipant?.publishData(new Uint8Array(frame), {
          reliable: true,
          topic: FRAME_TOPIC,
          destination_identities: [participantIdentity],
        });
      },
      handshake: {
        callId,
        callKey,
        comparisonNonce,
        callSigner,
        oracleVerifier,
        contextHash: envelope.contextHash,
        envelopeSignature: envelope.signature,
        userIdentity: identity,
      },
      events: {
        confirmed: (attempt) => {
          this.attempts.push(attempt);
          this.events.push(`confirmed ${attempt.attempt}`);
        },
        superseded: () => void this.events.push('superseded'),
        peerReady: () => void this.events.push('peer-ready'),
        rekeyed: (epoch) => void this.events.push(`rekeyed ${epoch}`),
        payload: (payload) => void this.payloads.push(payload),
        refused: ({ code }) => void this.events.push(`refused ${code}`),
        failed: ({ code }) => void this.events.push(`failed ${code}`),
      },
    });
    room.on(RoomEvent.DataReceived, (payload, participant, kind, topic) => {
      if (topic !== FRAME_TOPIC || kind !== DataPacketKind.KIND_RELIABLE) return;
      this.frames.push(new Uint8Array(payload));
      this.link.receive(payload, participant?.identity);
    });
  }

  /** Epochs that it went on to, oldest first. */
  get epochs(): readonly number[] {
    return this.events.flatMap((event) => (event.startsWith('rekeyed ') ? Number(event.slice(8)) : []));
  }

  get captions(): readonly CaptionPayload[] {
    return this.payloads.filter((payload) => payload.kind === 'caption');
  }

  async confirmed(): Promise<ConfirmedAttempt> {
    await until(() => this.link.attempt !== undefined, 'a confirmed handshake');
    const { attempt } = this.link;
    if (attempt === undefined) throw new Error('superseded at once');
    return attempt;
  }

  write(text: string): Promise<void> {
    return this.link.send({ id: createPayloadId(), kind: 'chat', text, sentAt: systemClock.now() });
  }

  control(action: 'interrupt' | 'hang-up'): Promise<void> {
    return this.link.send({ id: createPayloadId(), kind: 'control', action });
  }

  [Symbol.dispose](): void {
    this.link.close();
  }
}
