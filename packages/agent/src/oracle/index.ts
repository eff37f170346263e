export { AVATAR_MAX_SIDE } from '../avatar/avatar.ts';
export type { Avatar, AvatarFrame, AvatarMoment } from '../avatar/avatar.ts';
export { QUESTION_WAIT_MS } from '../asking/call-user.ts';
export type { CallUser, ChooseOptions } from '../asking/call-user.ts';
export type { AnswerOptions, Brain, CallContext, Turn } from '../brain/brain.ts';
export { DEFAULT_APOLOGY } from '../brain/say-failures.ts';
export { createBrain, questionOf } from '../brain/create-brain.ts';
export { turnOver } from '../brain/turn-over.ts';
export type { BrainParts } from '../brain/create-brain.ts';
export { runTextConsole } from '../console/text-console.ts';
export type { ConsoleOptions } from '../console/text-console.ts';
export { TextConversation } from '../console/text-conversation.ts';
export type { TextConversationOptions } from '../console/text-conversation.ts';
export { openEmbedder } from '../documents/embedder/embedder.ts';
export type { Embedder } from '../documents/embedder/embedder.ts';
export { openLibrary } from '../documents/library.ts';
export type { Finding, Library, SearchOptions } from '../documents/library.ts';
export type { Passage } from '../documents/passages.ts';
export { readDocuments } from '../documents/read-documents.ts';
export {
  callHearingSchema,
  enginePlaceSchema,
  listenersOf,
  ON_THIS_MACHINE,
  placeOf,
} from '@oracle-calls/protocol/hearing';
export type { CallHearing, EnginePlace, SentKind } from '@oracle-calls/protocol/hearing';
export { openChatBrain } from '../hosted/chat/chat-brain.ts';
export type { ChatBrainOptions } from '../hosted/chat/chat-brain.ts';
export type { ChatEndpoint } from '../hosted/chat/chat-stream.ts';
export type { UpstreamOptions } from '../hosted/http/upstream.ts';
export { createRealtimeEndpoint } from '../hosted/realtime/realtime-endpoint.ts';
export type { RealtimeEndpoint } from '../hosted/realtime/realtime-endpoint.ts';
export { REALTIME_SAMPLE_RATE } from '../hosted/realtime/speech-to-speech.ts';
export type {
  SpeechConversation,
  SpeechConversationOptions,
  SpeechNotice,
  SpeechToSpeech,
} from '../hosted/realtime/speech-to-speech.ts';
export { WEBHOOK_VERSION } from '../hosted/webhook/contract.ts';
export type {
  AnswerRequest,
  InterruptionRequest,
  WebhookSession,
  WebhookStill,
  WebhookToolResult,
} from '../hosted/webhook/contract.ts';
export { SeenRequests, SIGNATURE_WINDOW_MS, verifyRequest } from '../hosted/webhook/signature.ts';
export type { VerifyOptions } from '../hosted/webhook/signature.ts';
export { openWebhookBrain } from '../hosted/webhook/webhook-brain.ts';
export type { WebhookBrainOptions } from '../hosted/webhook/webhook-brain.ts';
export { STILL_MAX_BYTES, STILL_MAX_SIDE } from '../sight/still.ts';
export type { LookOptions, Still, UserEyes } from '../sight/still.ts';
export { createCallMemory } from '../memory/call-memory.ts';
export type { CallMemory, CallNotes } from '../memory/call-memory.ts';
export type { MemoryOption, MemorySettings } from '../memory/memory-settings.ts';
export type { ApprovalRequest, ApproveTool } from '../tools/approval.ts';
export { APPROVAL_SPOKEN, defineTool, TOOL_MAX_MS, ToolFailure } from '../tools/tool.ts';
export type { JsonSchema, Tool, ToolApproval, ToolContext } from '../tools/tool.ts';
export { ToolBox } from '../tools/tool-box.ts';
export type {
  ToolBoxOptions,
  ToolCall,
  ToolDescription,
  ToolOptions,
  ToolOutcome,
  ToolUse,
} from '../tools/tool-box.ts';
export { oracleSettingsSchema } from './brain-settings.ts';
export type { BrainSettings, OracleSettings, RecognitionSettings, SpeechSettings } from './brain-settings.ts';
export { defineOracle } from './define-oracle.ts';
export type { BrainKit, CallPlan, OracleDefinition, OwnBrain } from './define-oracle.ts';
export { hearingOf } from './hearing-of.ts';
export { loadOracle } from './load-oracle.ts';
export { openOracle } from './open-oracle.ts';
export { openReloadingOracle } from './reload/reloading-oracle.ts';
export type { ReloadingOracle, ReloadOptions } from './reload/reloading-oracle.ts';
export type { OpenOracleOptions } from './open-oracle.ts';
export { turnSettingsSchema } from './turn-settings.ts';
export type { TurnSettings } from './turn-settings.ts';
