export * from './provider/oracle-calls-provider.tsx';
export { ENGLISH_LABELS, type Labels } from './labels/labels.ts';

export * from './hooks/use-audio-level.ts';
export * from './hooks/use-call-facts.ts';
export * from './hooks/use-call-history.ts';
export * from './hooks/use-call-switches.ts';
export * from './hooks/use-call-warnings.ts';
export * from './hooks/use-chat.ts';
export * from './hooks/use-devices.ts';
export * from './hooks/use-hearing.ts';
export * from './hooks/use-incoming-call.ts';
export * from './hooks/use-questions.ts';
export { useOracleCall, type UsedOracleCall } from './hooks/use-oracle-call.ts';
export * from './hooks/use-oracle-memory.ts';
export { useOracleCalls } from './hooks/use-oracle-calls.ts';

export type { ActionButtonProps } from './components/action-button.tsx';
export * from './components/call-buttons.tsx';
export * from './components/call-history-list.tsx';
export {
  CallDuration,
  CallStatus,
  ConnectionQuality,
  OracleStatus,
  type CallStatusProps,
} from './components/call-status.tsx';
export * from './components/captions.tsx';
export * from './components/chat.tsx';
export * from './components/devices.tsx';
export * from './components/hearing-note.tsx';
export * from './components/incoming-call.tsx';
export type { CallPartProps, PartProps } from './components/part-props.ts';
export * from './components/questions.tsx';
export * from './components/security.tsx';
export * from './components/transcript-view.tsx';
export * from './components/video.tsx';

export type { OracleActivity, TranscriptOutcome } from './store/call-record.ts';
export type { Caption } from './store/captions.ts';
export type { ChatMessage } from './store/chat.ts';
export type { DeviceLook, WantedDevices } from './store/device-look.ts';
export { readableArguments, type ReadableArgument } from './store/readable-arguments.ts';
export type { PastCalls } from './store/history-list.ts';
export type { Audible } from './store/moving-values.ts';
export type { ReadMemory } from './store/memory-reader.ts';
export type { ReadTranscript } from './store/transcript-reader.ts';
export type { CallWarning, WarningNotice } from './store/warnings.ts';
