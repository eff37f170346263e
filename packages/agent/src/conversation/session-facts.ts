import { voice } from '@livekit/agents';
import type { Logger } from '@oracle-calls/protocol';
import type { ConversationObserver, OracleActivity } from './observer.ts';
import type { SilenceWatch } from './silence-watch.ts';
import type { TurnRecord } from './turn-record.ts';

/** What the framework calls an agent's state, as a caller sees it. */
const ACTIVITIES: Readonly<Partial<Record<voice.AgentState, OracleActivity>>> = {
  idle: 'listening',
  listening: 'listening',
  thinking: 'thinking',
  speaking: 'speaking',
};

export interface AnswerFollowers {
  readonly observer: Pick<ConversationObserver, 'activity'>;
  readonly record: TurnRecord;
  readonly silence: SilenceWatch | undefined;
}

/** Tells everybody who follows the oracle's answers what it does. What it says comes from `voice/`. */
export function followAnswers(session: voice.AgentSession, { observer, record, silence }: AnswerFollowers): void {
  session.on(voice.AgentSessionEventTypes.AgentStateChanged, ({ oldState, newState }) => {
    if (oldState === 'speaking') record.answerOver('heard');
    const activity = ACTIVITIES[newState];
    if (activity === undefined) return;
    silence?.activity(activity);
    observer.activity(activity);
  });
}

/** Logs what the session does, and notices when it gives up. */
export function reportFacts(session: voice.AgentSession, log: Logger, onBroken: (cause: unknown) => void): void {
  const { AgentSessionEventTypes: Events, CloseReason } = voice;
  const broken: string = CloseReason.ERROR;
  session.on(Events.AgentStateChanged, ({ newState }) => {
    if (newState === 'speaking') log.info('oracle speaks');
  });
  session.on(Events.Error, ({ error }) => {
    log.warn('a part of the conversation failed', { part: partOf(error) });
  });
  session.on(Events.Close, ({ reason, error }) => {
    if (reason === broken) onBroken(error ?? reason);
  });
}

function partOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'type' in error ? String(error.type) : 'unknown';
}
