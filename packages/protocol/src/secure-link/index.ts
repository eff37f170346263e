export * from './agent-link.ts';
export * from './frame-channel.ts';
export * from './frame-keys.ts';
export * from './link-events.ts';
export { HANDSHAKE_MAX_MS, REKEY_MAX_MS } from './link-times.ts';
export * from './rehearse-link.ts';
export * from './user-link.ts';
