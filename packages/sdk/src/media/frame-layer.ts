import { FRAME_TOPIC } from '@oracle-calls/protocol/handshake';
import { DataPacket_Kind, EngineEvent, ParticipantEvent, type BaseE2EEManager, type Room } from 'livekit-client';
import type { FrameCryptor } from '../frame-cryptor/frame-cryptor.ts';

type Engine = Parameters<BaseE2EEManager['setupEngine']>[0];

export interface FrameLayerEvents {
  readonly senderCreated: (track: MediaStreamTrack, sender: RTCRtpSender) => void;
  /** A packet of our topic. */
  readonly frame: (frame: Uint8Array, participantIdentity: string | undefined) => void;
  /** The SFU has said anew who is in the room, and who we are. */
  readonly roomNews: () => void;
}

/**
 * Stands in LiveKit for its own end-to-end encryption. It takes LiveKit's senders and receivers as they appear, and nothing that LiveKit
 * was told by the SFU: not who encrypts, not which bytes end a frame that needs no decryption.
 */
export class FrameLayer implements BaseE2EEManager {
  readonly #cryptor: FrameCryptor;
  readonly #events: FrameLayerEvents;
  readonly isEnabled = true;

  constructor(cryptor: FrameCryptor, events: FrameLayerEvents) {
    this.#cryptor = cryptor;
    this.#events = events;
  }

  /** Our data is sealed before LiveKit sees it; with LiveKit's own encryption the handshake could not be sent before there are keys. */
  get isDataChannelEncryptionEnabled(): boolean {
    return false;
  }
  set isDataChannelEncryptionEnabled(_isEnabled: boolean) {
    // LiveKit sets it to true for every room with the option `encryption`.
  }

  setup(room: Room): void {
    room.localParticipant.on(ParticipantEvent.LocalSenderCreated, (sender, { mediaStreamTrack }) => {
      void this.#cryptor
        .attachSender(sender, mediaStreamTrack.kind === 'video' ? 'video' : 'audio')
        .catch(() => undefined);
      this.#events.senderCreated(mediaStreamTrack, sender);
    });
  }

  setupEngine(engine: Engine): void {
    this.#takeReceivers(engine);
    this.#takeData(engine);
    // LiveKit's own listener comes first, so that `roomNews` sees what it took in.
    engine.on(EngineEvent.SignalRestarted, () => this.#events.roomNews());
  }

  /** A receiver is taken when the platform makes it, whosever it is said to be: until it is bound, all its frames are dropped. */
  #takeReceivers(engine: Engine): void {
    engine.on(EngineEvent.MediaTrackAdded, (_track, _stream, receiver) => {
      void this.#cryptor.attachReceiver(receiver).catch(() => undefined);
    });
  }

  /**
   * Only reliable packets of our topic are looked at. LiveKit's own handling, which would answer calls of remote procedures and pass
   * streams, transcriptions and chat on, is taken away.
   */
  #takeData(engine: Engine): void {
    engine.removeAllListeners(EngineEvent.DataPacketReceived);
    engine.on(EngineEvent.DataPacketReceived, ({ kind, value, participantIdentity }) => {
      if (value.case !== 'user' || kind !== DataPacket_Kind.RELIABLE || value.value.topic !== FRAME_TOPIC) return;
      this.#events.frame(value.value.payload, participantIdentity === '' ? undefined : participantIdentity);
    });
  }

  setParticipantCryptorEnabled(): void {
    // There is no frame that is not sealed.
  }

  setSifTrailer(): void {
    // LiveKit's server ends frames that it makes itself with these bytes, and LiveKit's clients play them undecrypted.
  }

  encryptData(): Promise<never> {
    return Promise.reject(new TypeError('LiveKit encrypts no data here.'));
  }

  handleEncryptedData(): Promise<never> {
    return Promise.reject(new TypeError('LiveKit decrypts no data here.'));
  }

  /** LiveKit listens for changes and errors of its own encryption; here there are none. */
  on(): this {
    return this;
  }
}
