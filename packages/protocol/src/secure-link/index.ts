export type { SendFrame } from './frame-channel.ts';
export type { FrameKeys } from './frame-keys.ts';
export type { ConfirmedAttempt, LinkEvents } from './link-events.ts';
