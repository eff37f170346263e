export * from './bearer-secret.ts';
export * from './call-id.ts';
export * from './call-key/call-key.ts';
export * from './call-status.ts';
export * from './clock.ts';
export * from './did/did.ts';
export * from './errors/error-table.ts';
export * from './errors/oracle-call-error.ts';
export * from './errors/problem.ts';
export * from './errors/to-problem.ts';
export * from './events/call-answer.ts';
export * from './events/call-event.ts';
export {
  CALL_EVENT_MAX_LENGTH,
  CALL_EVENT_TYPE,
  CALL_EVENT_VERSION,
  instantSchema,
  sessionIdSchema,
} from './events/event-content.ts';
export * from './events/profile-field.ts';
export * from './events/transcript-event.ts';
export * from './events/transcript-seal.ts';
export * from './events/ring-answer.ts';
export * from './events/ring-event.ts';
export * from './log.ts';
export * from './parse.ts';
export * from './secret-bytes.ts';
export * from './timeline.ts';
