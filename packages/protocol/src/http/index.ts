export {
  type CallRecord,
  callRecordSchema,
  type JoinTokenResponse,
  joinTokenResponseSchema,
  type SessionResponse,
  sessionResponseSchema,
} from './caller-answers.ts';
export * from './calls-response.ts';
export * from './memories-response.ts';
export * from './routes.ts';
export * from './schemas.ts';
export * from './sfu-token.ts';
