export * from './backend-client/backend-client.ts';
export * from './call/call-state.ts';
export * from './call/notices.ts';
export * from './call/oracle-call.ts';
export * from './create-oracle-calls.ts';
export * from './devices/devices-port.ts';
export * from './media/sfu-port.ts';
export * from './oracle-calls-core.ts';
export { type InterruptedCall, type TabStorage } from './session/interrupted-calls.ts';
