export type { Brain, CallContext, Turn } from './brain/brain.ts';
export { GRACE_MS, jobSettingsSchema, MAX_CALL_MS, PRIVATE_KEY_VARIABLE } from './job/job-settings.ts';
export type { JobSettings } from './job/job-settings.ts';
export { readBearerFile, readOracleKey } from './job/oracle-key.ts';
export { ENCRYPTED_ROOM_OPTIONS, setParticipantKey } from './job/sfu/participant-keys.ts';
export { startAgentWorker } from './worker/worker.ts';
export type { AgentWorker, AgentWorkerOptions } from './worker/worker.ts';
