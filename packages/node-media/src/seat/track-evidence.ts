/** What is known of one track at one moment. */
export interface TrackEvidence {
  readonly trackSid: string;
  readonly direction: 'sent' | 'received';
  readonly kind: 'audio' | 'video';
  /** The publication is marked encrypted (GCM). The SFU's word. */
  readonly isMarkedEncrypted: boolean;
  /** This process has a frame cryptor for the track, switched on, and of what is sent with the call's key index while there is one. */
  readonly hasCryptor: boolean;
  /** A media key of the track's sender was set here, once in the call. */
  readonly isKeySet: boolean;
  /** Between two handshakes: the key is retired, nothing that was captured leaves under it, and nothing that comes opens. */
  readonly isResting: boolean;
  /** Encryption of the whole room is switched on. */
  readonly isRoomEncrypted: boolean;
  /** RTP packets so far, as WebRTC counts them. */
  readonly packets: number;
  /**
   * Of a received track: samples that left the jitter buffer so far, or frames of video that came to the decoder. What the frame cryptor did
   * not open never gets there.
   */
  readonly openedSamples: number;
}

/** Evidence of one track, with whose it is and how much it carried. */
export interface TrackSample extends TrackEvidence {
  readonly participantIdentity: string;
  readonly bytes: number;
}
