/** What is known of one track at one moment. */
export interface TrackEvidence {
  readonly trackSid: string;
  readonly direction: 'sent' | 'received';
  readonly kind: 'audio' | 'video';
  /** The publication is marked encrypted (GCM). The SFU's word. */
  readonly isMarkedEncrypted: boolean;
  /** This process has a frame cryptor for the track, switched on, with the call's key index. */
  readonly hasCryptor: boolean;
  /** The media key of the track's sender was set here. */
  readonly isKeySet: boolean;
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
