export { scriptedBrain } from './scripted-brain.ts';
export type { AskedAnswer } from './scripted-brain.ts';
export { converseWith } from './scripted-conversation.ts';
export type { ScriptedConversation, ScriptedConversationOptions } from './scripted-conversation.ts';
