export { createSeat } from './livekit-seat.ts';
export { createOlderSeat } from './older-seat.ts';
export { useSlot } from './participant-keys.ts';
export type { SeatAddress } from './room-seat.ts';
export type * from './sfu-seat.ts';
