export { createCallerSeat, createSeat } from './livekit-seat.ts';
export { createOlderSeat } from './older-seat.ts';
export { ENCRYPTED_ROOM_OPTIONS, frameCryptorsOf, setParticipantKey, useSlot } from './participant-keys.ts';
export { rehearseSeat } from './rehearse-seat.ts';
export type { SeatAddress } from './room-seat.ts';
export type * from './sfu-seat.ts';
export type { Speaker } from './speaker.ts';
export type { TrackEvidence, TrackSample } from './track-evidence.ts';
export { TrackSpeaker } from './track-speaker.ts';
