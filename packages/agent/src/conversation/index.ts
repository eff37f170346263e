export { startConversation } from './conversation.ts';
export type { Conversation, ConversationOptions } from './conversation.ts';
export { EchoGuard } from './echo/echo-guard.ts';
export { openVad } from './engines.ts';
export type { Engines } from './engines.ts';
export type { ConversationObserver, OracleActivity, SpokenWords } from './observer.ts';
export { turnFields } from './turn-measures.ts';
export type { TurnMeasures, TurnOutcome } from './turn-measures.ts';
export { TurnListener } from './turns/turn-listener.ts';
export type {
  EarWindow,
  OracleVoice,
  OwnVoice,
  TurnEvents,
  TurnListenerOptions,
  UserTurn,
} from './turns/turn-listener.ts';
export { TURN_DEFAULTS, turnRules } from '../oracle/turn-settings.ts';
export type { TurnRules } from '../oracle/turn-settings.ts';
