export * from './agent-rekey.ts';
export * from './agent-rekey-machine.ts';
export * from './rekey-messages.ts';
export * from './rekey-step.ts';
export * from './user-rekey.ts';
export * from './user-rekey-machine.ts';
