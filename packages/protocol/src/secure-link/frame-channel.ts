/**
 * Carries frames to one participant of the SFU room, reliably within one connection and in order; a frame may still be lost when a
 * connection is. Only the topic of `FRAME_TOPIC` is used. Rejections are not the link's matter: what is unanswered is sent again.
 */
export type SendFrame = (frame: Uint8Array<ArrayBuffer>, participantIdentity: string) => Promise<void>;
