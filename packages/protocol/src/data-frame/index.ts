export * from './data-receiver.ts';
export * from './data-sender.ts';
export * from './layout.ts';
export * from './payload.ts';
